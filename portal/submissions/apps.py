from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "portal.submissions"

    def ready(self) -> None:
        from originality.registry import register_correcting, register_opening, register_placing
        from portal.jobs.registry import register_step
        from portal.submissions import reports, self_check_reports
        from portal.submissions.tasks import hand_over_scores, request_due_runs, settle_outstanding

        register_opening(reports.opens)
        register_opening(self_check_reports.opens)
        register_placing(reports.place)
        register_correcting(reports.corrects)
        register_placing(reports.self_check_place)
        register_step(settle_outstanding)
        register_step(request_due_runs)
        register_step(hand_over_scores)
