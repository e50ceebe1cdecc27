"""Markup used on many pages, with KRDS classes and corrected semantics. `{% load portal %}`."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.common import josa as josa_rules
from portal.common import time as clock

register = template.Library()

EMPTY = "-"
TONES = {
    "neutral": "bg-light-gray",
    "info": "bg-light-information",
    "success": "bg-light-success",
    "warning": "bg-light-warning",
    "danger": "bg-light-danger",
}


def home_path() -> str:
    return "/en/" if get_language() == "en" else "/"


@register.simple_tag
def kst(moment: datetime | None) -> str | SafeString:
    """A moment in Korean standard time, readable by machines too; "-" when there is none."""
    if moment is None:
        return EMPTY
    machine = moment.astimezone(clock.KST).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', machine, clock.kst(moment))


@register.filter
def josa(text: object, pair: str) -> str:
    """`{{ name|josa:"은/는" }}`; English pages have no particles, so the word stays as it is."""
    return josa_rules.josa(str(text), pair) if (get_language() or "ko").startswith("ko") else str(text)


@register.filter
def dash(value: object) -> object:
    """An empty cell is a dash, a zero is a zero."""
    return EMPTY if value is None or value == "" else value


@register.simple_tag
def badge(text: object, tone: str = "neutral") -> SafeString:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge: {tone!r} is no tone; use one of {', '.join(TONES)}.")
    return format_html('<span class="krds-badge {}">{}</span>', TONES[tone], text)


@register.simple_tag
def digest(sha256: str | None) -> str | SafeString:
    """A SHA-256 that takes little room: cut by CSS alone, so it is read, searched and copied whole."""
    if not sha256:
        return EMPTY
    return format_html('<code class="digest" tabindex="0" title="{0}" data-copy="{0}">{0}</code>', sha256)


@register.simple_tag
def breadcrumb(*parts: object) -> SafeString:
    """`{% breadcrumb "Rounds" rounds_url … "This page" %}`: pairs of label and address, then the page itself."""
    if len(parts) % 2 == 0:
        raise template.TemplateSyntaxError("breadcrumb: give label and address pairs, and last the label of this page.")
    pairs = [(home_path(), _("Home")), *zip(parts[1::2], parts[0::2], strict=False)]
    links = format_html_join("", '<li><a href="{}">{}</a></li>', pairs)
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol>{}<li><span aria-current="page">{}</span></li></ol></nav>',
        _("You are here"),
        links,
        parts[-1],
    )


@register.inclusion_tag("components/steps.html")
def steps(items: list[object], current: int) -> dict[str, Any]:
    """A row of steps; `current` counts from 1, len(items) + 1 means that all are done."""
    states = ["done" if n < current else "active" if n == current else "todo" for n in range(1, len(items) + 1)]
    return {"steps": [{"label": label, "state": state} for label, state in zip(items, states, strict=True)]}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any) -> dict[str, Any]:
    """Links of a django.core.paginator.Page that keep the other query parameters."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    return {
        "page": page,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "prefix": f"?{query.urlencode()}&page=" if query else "?page=",
    }
