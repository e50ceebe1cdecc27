from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "portal.custody"

    def ready(self) -> None:
        from portal.custody.selectors.deposits import deposited_digests
        from portal.custody.tasks import register_work
        from portal.submissions.registry import register_use

        register_work()
        register_use(deposited_digests)
