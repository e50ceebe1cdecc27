from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "portal.results"

    def ready(self) -> None:
        from portal.measurements.registry import register_comparing
        from portal.results.policies import compares

        register_comparing(compares)
