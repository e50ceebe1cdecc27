"""What a person reads for each value of the closed vocabularies."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from portal.console import enums

LABELS: dict[type[StrEnum], dict[str, Promise]] = {
    enums.RoundState: {
        "drafted": _p("round", "Drafted"),
        "open": _p("round", "Open"),
        "paused": _p("round", "Paused"),
        "closed": _p("round", "Closed"),
    },
    enums.TrialState: {
        "waiting": _p("trial", "Not begun"),
        "open": _p("trial", "Under way"),
        "set_aside": _p("trial", "Set aside"),
        "finished": _p("trial", "Finished"),
    },
    enums.Failure: {
        "unreachable": _("Not reached"),
        "timeout": _("No answer in time"),
        "redirect": _("Sent elsewhere"),
        "status": _("Answered with an error"),
        "too_large": _("Answer too large"),
        "malformed": _("Answer not understood"),
        "empty": _("Empty answer"),
        "address": _("Address not allowed"),
        "key": _("Key cannot be read; enter it again"),
        "busy": _("Too many questions at once"),
        "lost": _("Answer lost"),
    },
}


def choices_of(vocabulary: type[StrEnum]) -> list[tuple[str, Promise]]:
    return [(member.value, LABELS[vocabulary][member.value]) for member in vocabulary]
