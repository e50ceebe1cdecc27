"""Rule sets in templates. `{% load rules %}`."""

from decimal import Decimal

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.common.templatetags.portal import EMPTY
from portal.programmes import words
from portal.programmes.ruleset import Item, Part, Text

register = template.Library()

STATE_TONES = {"drafted": "neutral", "receiving": "success", "final": "info", "archived": "neutral"}
RULE_TONES = {"allowed": "success", "declare": "warning", "forbidden": "danger"}


@register.filter
def local(text: Text | None) -> str:
    """The text in the language of the page."""
    return text.in_language(get_language() or "ko") if text else ""


@register.simple_tag(takes_context=True)
def said(context: template.Context, text: Text | None) -> str | SafeString:
    """The text in the language of the page; where the page shows `both`, with the other language below it."""
    if not text:
        return EMPTY
    language = "en" if (get_language() or "ko").startswith("en") else "ko"
    if not context.get("both"):
        return text.in_language(language)
    other = "ko" if language == "en" else "en"
    below = '{} <span class="other-language" lang="{}">{}</span>'
    return format_html(below, text.in_language(language), other, text.in_language(other))


@register.filter
def points(number: Decimal | None) -> str:
    return words.plain(number)


@register.filter
def formula(part: Part) -> list[str]:
    return words.formula_sentences(part)


@register.filter
def panel_words(part: Part) -> str:
    return words.panel_sentence(part)


@register.filter
def source(item: Item) -> str:
    return words.source_words(item)


@register.filter
def component_rule(rule: str) -> str | Promise:
    return words.COMPONENT_RULES[rule]


@register.filter
def component_tone(rule: str) -> str:
    return RULE_TONES[rule]


@register.filter
def state_tone(state: str) -> str:
    return STATE_TONES.get(state, "info")
