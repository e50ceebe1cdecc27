"""What the template components of this app need beside the run. `{% load evaluation %}`."""

from decimal import Decimal

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from evaluation import selectors
from evaluation.models import EvaluationRun

register = template.Library()

METRICS = {
    "acc": _("Accuracy"),
    "acc_norm": _("Accuracy, normalised by length"),
    "bits_per_byte": _("Bits per byte"),
    "byte_perplexity": _("Perplexity per byte"),
}


@register.simple_tag
def result_rows(run: EvaluationRun) -> list[selectors.ResultRow]:
    return selectors.result_rows(run)


@register.simple_tag
def rankable(run: EvaluationRun) -> bool:
    return selectors.is_rankable(run)


@register.filter
def metric_name(metric: str) -> str | Promise:
    """The name people know; a metric without one keeps the harness's word."""
    return METRICS.get(metric, metric)


@register.filter
def figure(value: str) -> str | SafeString:
    """Four places to read, every digit in the markup; "-" when there is no figure."""
    if not value:
        return "-"
    return format_html('<data value="{}">{}</data>', value, format(round(Decimal(value), 4), "f"))
