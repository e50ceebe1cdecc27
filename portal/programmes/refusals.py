"""Why a rule set cannot stand, said on a page: the sentence in its language, the place in the document, and the line."""

from typing import NamedTuple

from django.utils.translation import gettext

from portal.common.acts import told
from portal.programmes.ruleset import RuleSetError


class Refusal(NamedTuple):
    path: str
    line: int | None
    sentence: str

    def __str__(self) -> str:
        where = self.path or gettext("the document")
        if self.line is not None:
            where = gettext("%(path)s (line %(line)s)") % {"path": where, "line": self.line}
        return f"{where}: {self.sentence}"


@told.register
def _of_rules(refusal: RuleSetError) -> str:
    return str(refusal_of(refusal))


def refusal_of(error: RuleSetError, *, line: int | None = None) -> Refusal:
    """`line` is where the path stands in the text, if the error does not know."""
    sentence = gettext(error.template)
    return Refusal(error.path, error.line or line, sentence % error.params if error.params else sentence)
