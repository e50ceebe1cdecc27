from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "portal.custody"

    def ready(self) -> None:
        from portal.custody.tasks import register_work

        register_work()
