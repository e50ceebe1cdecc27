from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    name = "portal.artifacts"
