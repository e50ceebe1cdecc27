from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("Benchmarks")

    def ready(self) -> None:
        from evaluation.jobs import register_kinds

        register_kinds()
