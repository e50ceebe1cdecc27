from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "portal.review"

    def ready(self) -> None:
        from portal.accounts.purposes import register_purpose
        from portal.custody.registry import register_hold
        from portal.review.selectors.holds import open_disputes
        from portal.review.selectors.invitations import origin_of_seat

        register_purpose("panel", origin_of_seat)
        register_hold(open_disputes)
