from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OriginalityConfig(AppConfig):
    name = "originality"
    verbose_name = _("Originality")

    def ready(self) -> None:
        from originality.jobs import register_kinds

        register_kinds()
