from django.apps import AppConfig


class OriginalityConfig(AppConfig):
    name = "originality"
