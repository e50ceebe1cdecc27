"""What the reader of training logs writes in English, for pages that say it in Korean: sentences with names and numbers in them."""

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop

SENTENCES = (
    gettext_noop("the length of this record is damaged; reading goes on at the next whole record"),
    gettext_noop("this record says that it is longer than any event; reading goes on at the next whole record"),
    gettext_noop("the file ends inside this record"),
    gettext_noop("the checksum does not fit the data"),
    gettext_noop("not an event: its fields cannot be read"),
    gettext_noop("this event has more than 131,072 values; it is not read"),
    gettext_noop("the name of a value is not UTF-8: %(name)s"),
    gettext_noop("this line is longer than 4 MB; it is passed over"),
    gettext_noop("this object is longer than 4 MB; it is passed over"),
    gettext_noop("no column of steps; expected one named %(names)s"),
    gettext_noop("no table: the lines do not agree on any delimiter of comma, tab, semicolon, bar and space"),
    gettext_noop("the columns are divided by %(sign)s, not by comma"),
    gettext_noop("numbers have a decimal comma"),
    gettext_noop("%(count)s columns; those after the first %(most)s are not read"),
    gettext_noop("the names of the columns stand here again"),
    gettext_noop("the columns are named anew: %(names)s"),
    gettext_noop("this line has fewer fields than the %(count)s of the header"),
    gettext_noop("this line has more fields than the %(count)s of the header"),
    gettext_noop("no step: %(name)s is no whole number here"),
    gettext_noop("no step; expected a whole number named %(names)s"),
    gettext_noop("%(name)s holds text, not numbers; it is left out"),
    gettext_noop("%(name)s: no number"),
    gettext_noop("bytes that are no UTF-8 from here on; each line is tried as CP949, and replaced where it is neither"),
    gettext_noop("this JSON is nested too deeply"),
    gettext_noop("this is not JSON: %(error)s"),
    gettext_noop("this is JSON, but no object with a step and values"),
    gettext_noop("more than %(most)s values in one row; the rest of the row is not read"),
    gettext_noop("%(count)s lines above the names of the columns are left out"),
    gettext_noop("the document ends before it is closed; what stands before is read"),
    gettext_noop("neither text nor an event file"),
    gettext_noop("the text is written in %(encoding)s"),
    gettext_noop("some bytes are no %(encoding)s; they are replaced"),
    gettext_noop("the step is beyond 2^53"),
    gettext_noop("points beyond the first 200,000,000: %(count)s points are not kept"),
    gettext_noop("names beyond the first 10,000: %(count)s points are not kept"),
    gettext_noop("the times tell no time zone; they are read as UTC"),
    gettext_noop("%(name)s: %(count)s points come late, out of the order of steps; they are sorted in"),
    gettext_noop("steps go back more than %(most)s times; from here they are sorted"),
    gettext_noop("steps go back: the program was started again here, or points were told twice"),
    gettext_noop("%(count)s files; those after the first %(most)s are not read"),
    gettext_noop("%(count)s starts of the program; those after the first %(most)s are not read"),
    gettext_noop("this file cannot be read: %(error)s"),
    gettext_noop("%(quantity)s: no series of the logs is named %(name)s"),
    gettext_noop("%(name)s was written at the same time by another file with other values; the first is followed"),
    gettext_noop("%(name)s: %(count)s points tell a step again in one start; the last value stands"),
    gettext_noop("%(name)s: %(count)s values are no finite number, the first at step %(step)s"),
    gettext_noop("times go back by %(seconds)s s at step %(step)s in a later start"),
    gettext_noop("times go back by %(seconds)s s at step %(step)s"),
)
PLACE = re.compile(r"%\((\w+)\)s")


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Each sentence as what recognises it; those with fewer gaps are tried first."""
    ordered = sorted(SENTENCES, key=lambda sentence: (sentence.count("%("), -len(sentence)))
    return [
        (
            re.compile(PLACE.sub(r"(?P<\1>.*)", re.escape(sentence).replace(r"%\(", "%(").replace(r"\)s", ")s"))),
            sentence,
        )
        for sentence in ordered
    ]


def log_sentence(text: str) -> str:
    """Say a fault or note of a log in the language of the page; a sentence of an older reader stays as it is."""
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(text):
            return gettext(sentence) % found.groupdict()
    return text
