from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "portal.submissions"

    def ready(self) -> None:
        from portal.jobs.registry import register_step
        from portal.submissions.tasks import request_due_runs, settle_outstanding

        register_step(settle_outstanding)
        register_step(request_due_runs)
