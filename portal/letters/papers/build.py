"""Words that every document carries, in the language of the page it is asked from."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.letters.papers.model import Block, Paper, Words


def paper_of(title: str, *, number: str, date: datetime | None, blocks: Iterable[Block]) -> Paper:
    """A document of the portal; `number` from `selectors.number_of`, `date` the moment it was made."""
    words = Words(
        number=_("Document number"),
        not_numbered=_("not numbered"),
        date=_("Date of the document"),
        page=_("Page {page} of {pages}"),
    )
    return Paper(
        title=title,
        issuer=_("Sovereign AI Evaluation Portal"),
        number=number,
        date=date,
        language="en" if get_language() == "en" else "ko",
        words=words,
        blocks=tuple(blocks),
    )
