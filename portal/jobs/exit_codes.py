"""What the end of a program means, for people who never read a manual of signals."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CODE = re.compile(r"exit code (\d{1,3})(?::.*)?", re.DOTALL)
MEANINGS: dict[int, Promise] = {
    1: _("the program met an error that it did not expect"),
    126: _("the program could not be executed"),
    127: _("the program was not found on the worker"),
    128 + 4: _("the processor of the worker does not know an instruction of the program"),
    128 + 6: _("the program or a library gave up by itself"),
    128 + 7: _("the program used memory that was not there; most often the shared memory was full"),
    128 + 8: _("the program divided by zero"),
    128 + 11: _("the program used memory that is not its own; most often a library does not fit the driver"),
    128 + 15: _("the program was told to end"),
    128 + 24: _("the program used up the processor time it may have"),
    128 + 25: _("the program wrote a file larger than it may"),
    128 + 31: _("the program asked the system for something that the sandbox forbids"),
}


def in_words(error: str) -> str:
    """The error as it stands; an exit code alone is followed by what it means."""
    found = CODE.fullmatch(error)
    meaning = MEANINGS.get(int(found[1])) if found else None
    return f"{error} ({meaning})" if meaning else error
