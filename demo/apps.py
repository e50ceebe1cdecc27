from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration programme: part of the embedded mode only."""

    name = "demo"
