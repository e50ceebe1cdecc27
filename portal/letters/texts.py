"""The words of a letter: one template, rendered in Korean and then in English, in one mail."""

from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.template import Context, loader
from django.utils import translation

LANGUAGES = ("ko", "en")
RULE = "-" * 40
DOTS = "..."


class Text(NamedTuple):
    subject: str
    body: str


def render(kind: str, context: Mapping[str, object]) -> Text:
    """Both languages of `templates/letters/<kind>.txt`, whose first line is the subject; plain text, so nothing is escaped."""
    texts = [_in_language(kind, language, context) for language in LANGUAGES]
    subjects = dict.fromkeys(text.subject for text in texts)
    return Text(" / ".join(subjects), f"\n\n{RULE}\n\n".join(text.body for text in texts) + "\n")


def _in_language(kind: str, language: str, context: Mapping[str, object]) -> Text:
    values = {"portal_url": settings.PORTAL_URL.rstrip("/"), **context}
    with translation.override(language):
        text = loader.get_template(f"letters/{kind}.txt").template.render(  # type: ignore[attr-defined]
            Context(values, autoescape=False)
        )
    subject, _newline, body = text.strip().partition("\n")
    return Text(" ".join(subject.split()), body.strip())
