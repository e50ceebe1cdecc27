from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "portal.custody"

    def ready(self) -> None:
        from portal.custody.selectors.deposits import deposited_digests, deposited_rows
        from portal.custody.tasks import register_work
        from portal.submissions.registry import register_deposits, register_use

        register_work()
        register_use(deposited_digests)
        register_deposits(deposited_rows)
