from django.apps import AppConfig


class ConsortiaConfig(AppConfig):
    name = "portal.consortia"

    def ready(self) -> None:
        from portal.consortia.tasks import close_due_phases
        from portal.jobs.registry import register_step

        register_step(close_due_phases)
