from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "portal.review"

    def ready(self) -> None:
        from originality.registry import register_opening, register_placing
        from portal.accounts.purposes import register_purpose
        from portal.custody.registry import register_hold
        from portal.review import reports
        from portal.review.selectors.holds import open_disputes
        from portal.review.selectors.invitations import origin_of_seat

        register_purpose("panel", origin_of_seat)
        register_hold(open_disputes)
        register_opening(reports.opens)
        register_placing(reports.place)
