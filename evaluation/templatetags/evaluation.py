"""What the template components of this app need beside the run. `{% load evaluation %}`."""

from decimal import Decimal

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from evaluation import selectors
from evaluation.models import EvaluationRun, TaskUsage
from evaluation.registry import answers_place
from portal.common.viewer import viewer_of

register = template.Library()

METRICS = {
    "acc": _("Accuracy"),
    "acc_norm": _("Accuracy, normalised by length"),
    "bits_per_byte": _("Bits per byte"),
    "byte_perplexity": _("Perplexity per byte"),
    "exact_match": _("Exact match"),
    "math_verify": _("Mathematically equal"),
    "prompts_followed": _("Prompts with every rule followed"),
    "rules_followed": _("Rules followed"),
    "prompt_level_strict_acc": _("Prompts with every rule followed"),
    "inst_level_strict_acc": _("Rules followed"),
    "pass_at_1": _("Solved at the first try"),
}


@register.simple_tag
def result_rows(run: EvaluationRun) -> list[selectors.ResultRow]:
    return selectors.result_rows(run)


@register.simple_tag(takes_context=True)
def answers_page(context: template.Context, run: EvaluationRun) -> str:
    """The address of the answers to single items, for a reader who may open them; else ""."""
    request = context.get("request")
    return answers_place(viewer_of(request), run) if request is not None else ""


@register.simple_tag
def usage_rows(run: EvaluationRun) -> list[TaskUsage]:
    return selectors.usage_of(run)


@register.simple_tag
def run_cost(run: EvaluationRun) -> selectors.Cost | None:
    return selectors.cost_of(run)


@register.simple_tag
def rankable(run: EvaluationRun) -> bool:
    return selectors.is_rankable(run)


@register.filter
def metric_name(metric: str) -> str | Promise:
    """The name people know; a metric without one keeps the harness's word. A filter after it is the suite's matter."""
    return METRICS.get(metric.partition(",")[0], metric)


@register.filter
def figure(value: str) -> str | SafeString:
    """Four places to read, every digit in the markup; "-" when there is no figure."""
    if not value:
        return "-"
    return format_html('<data value="{}">{}</data>', value, format(round(Decimal(value), 4), "f"))


@register.filter
def signed(value: str) -> str | SafeString:
    """A difference with its sign, every digit in the markup."""
    if not value:
        return "-"
    return format_html('<data value="{}">{}</data>', value, format(round(Decimal(value), 4), "+f"))


@register.filter
def chance(value: str) -> str:
    """A probability to read: three places, and never 0."""
    if not value:
        return "-"
    number = Decimal(value)
    return "< 0.001" if number < Decimal("0.001") else format(round(number, 3), "f")
