from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "portal.review"

    def ready(self) -> None:
        from originality.registry import register_correcting, register_opening, register_placing
        from portal.accounts.purposes import register_purpose
        from portal.custody.registry import register_hold
        from portal.jobs.registry import register_step
        from portal.measurements.registry import register_comparing, register_reading
        from portal.review import measured, reports
        from portal.review.selectors.holds import open_disputes
        from portal.review.selectors.invitations import origin_of_seat
        from portal.review.tasks import open_due_replies

        register_purpose("panel", origin_of_seat)
        register_hold(open_disputes)
        register_opening(reports.opens)
        register_placing(reports.place)
        register_correcting(reports.corrects)
        register_reading(measured.reads)
        register_comparing(measured.compares)
        register_step(open_due_replies)
