from django.apps import AppConfig


class ConsortiaConfig(AppConfig):
    name = "portal.consortia"

    def ready(self) -> None:
        from portal.accounts.purposes import register_purpose
        from portal.accounts.represented import register_represented
        from portal.consortia.selectors import accounts_managed_by, origin_of_place
        from portal.consortia.tasks import close_due_phases
        from portal.jobs.registry import register_step

        register_step(close_due_phases)
        register_represented(accounts_managed_by)
        register_purpose("institution", origin_of_place)
