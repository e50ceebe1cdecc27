from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "portal.intake"

    def ready(self) -> None:
        from portal.artifacts import hooks
        from portal.intake.jobs import register_kinds
        from portal.intake.tasks import look_after_checks
        from portal.intake.watching import PassA
        from portal.jobs.registry import register_step

        register_kinds()
        register_step(look_after_checks)
        hooks.register(PassA())
