from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "portal.calls"

    def ready(self) -> None:
        from portal.calls.selectors.applications import plan_digests
        from portal.calls.tasks import close_due_calls
        from portal.custody.registry import register_kept
        from portal.jobs.registry import register_step

        register_step(close_due_calls)
        register_kept(plan_digests)
