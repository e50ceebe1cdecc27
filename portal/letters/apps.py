from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "portal.letters"

    def ready(self) -> None:
        from portal.jobs.registry import register_step
        from portal.letters.actions import send_due_letters

        register_step(send_due_letters)
