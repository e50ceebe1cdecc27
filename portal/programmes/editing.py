"""From the text of an officer to a rule set that stands, or to the place and the line where it does not."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml
from django.utils.translation import gettext

from portal.common.posted import number_of
from portal.programmes.models import RuleSetVersion
from portal.programmes.refusals import Refusal, refusal_of
from portal.programmes.ruleset import RuleSetError, parse_ruleset
from portal.programmes.yaml_reader import line_of, parse_yaml

SHIPPED = Path(__file__).parents[2] / "programmes"
FIRST_LINE = "schema: ruleset/1"
AROUND = 2  # lines shown before and after the one in question


class Checked(NamedTuple):
    """Exactly one of `document` and `refusal` is there. `excerpt` is (number, line) around the line in question."""

    document: dict[str, Any] | None
    refusal: Refusal | None = None
    excerpt: tuple[tuple[int, str], ...] = ()


def check(text: str) -> Checked:
    content = text.encode()
    try:
        document = parse_yaml(content, name=gettext("the text"))
        parse_ruleset(document)
    except RuleSetError as error:
        refusal = refusal_of(error, line=line_of(content, error.path))
        return Checked(None, refusal, _around(text, refusal.line))
    return Checked(document)


def _around(text: str, line: int | None) -> tuple[tuple[int, str], ...]:
    if line is None:
        return ()
    lines = list(enumerate(text.splitlines(), start=1))
    return tuple(lines[max(0, line - 1 - AROUND) : line + AROUND])


def as_yaml(document: Any) -> str:
    return str(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120))


def shipped() -> dict[str, str]:
    """Name of every rule set file that comes with the portal -> its text, comments included."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.yaml"))}
    return {name: text for name, text in texts.items() if FIRST_LINE in text.splitlines()}


def beginnings() -> list[tuple[str, str]]:
    """What a new text may start from: (choice, label), versions of any programme first, the newest first."""
    versions = RuleSetVersion.objects.select_related("programme").defer("document").order_by("-pk")
    found = [
        (
            f"version-{row.pk}",
            gettext("%(programme)s, version %(version)s (%(name)s)")
            % {"programme": row.programme.name, "version": row.version, "name": row.name},
        )
        for row in versions
    ]
    return found + [(f"file-{name}", gettext("Shipped file %(name)s") % {"name": name}) for name in shipped()]


def beginning(choice: str) -> str | None:
    """The text behind a choice of `beginnings`; None if there is none."""
    kind, _dash, name = choice.partition("-")
    if kind == "file":
        return shipped().get(name)
    row = RuleSetVersion.objects.filter(pk=number_of(name, default=0)).first() if kind == "version" else None
    return as_yaml(row.document) if row else None
