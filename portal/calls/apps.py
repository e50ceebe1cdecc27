from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "portal.calls"

    def ready(self) -> None:
        from portal.calls.tasks import close_due_calls
        from portal.jobs.registry import register_step

        register_step(close_due_calls)
