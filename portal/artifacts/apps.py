from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    name = "portal.artifacts"

    def ready(self) -> None:
        from portal.artifacts import system_checks  # noqa: F401 - registers itself
