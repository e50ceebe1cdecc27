from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "portal.dossiers"

    def ready(self) -> None:
        from portal.custody.registry import register_hold
        from portal.dossiers.selectors.sessions import open_sessions

        register_hold(open_sessions)
