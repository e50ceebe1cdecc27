from django.apps import AppConfig


class KindsConfig(AppConfig):
    name = "tests.jobs.kinds"
    label = "kinds"

    def ready(self) -> None:
        from portal.jobs.registry import register
        from tests.jobs.kinds.scripts import script_kind

        register(script_kind("script"))
        register(script_kind("hasty", lease_seconds=2, max_attempts=1000))
