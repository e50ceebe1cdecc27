from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = _("Benchmarks")

    def ready(self) -> None:
        from evaluation.contamination.jobs import register_kinds as register_contamination_kinds
        from evaluation.core.spec import ENDPOINT
        from evaluation.jobs import register_kinds
        from evaluation.layouts import register_source
        from evaluation.serving import LAYOUT

        register_kinds()
        register_source(ENDPOINT, LAYOUT)
        register_contamination_kinds()
