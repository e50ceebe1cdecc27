"""How far a round is: seven steps that the public understands, from twelve states that the officers work with."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.programmes.models import Phase
from portal.results.enums import State
from portal.results.models import Release
from portal.results.presentation.words import Tag, state_tag
from portal.results.selectors.releases import awaited_release, current_release

STEPS: tuple[tuple[str | Promise, frozenset[str]], ...] = (
    (_("Rules published"), frozenset({"drafted", "rules_frozen"})),
    (pgettext_lazy("stage", "Hand-in"), frozenset({"receiving"})),
    (_("Evaluation"), frozenset({"closed", "scoring", "sealed"})),
    (_("Decision"), frozenset({"tallied", "decided"})),
    (_("Notice"), frozenset({"notified"})),
    (_("Objections"), frozenset({"objection"})),
    (_("Final"), frozenset({"final", "archived"})),
)
BEFORE_CLOSING = STEPS[0][1] | STEPS[1][1]


@dataclass(frozen=True)
class Stage:
    steps: list[str | Promise]
    current: int  # counts from 1; one past the end when all is done


@dataclass(frozen=True)
class RoundLine:
    phase: Phase
    url: str
    tag: Tag
    release: Release | None
    awaited: Release | None
    stage: Stage


def stage_of(phase: Phase) -> Stage:
    names = [name for name, _states in STEPS]
    position = next(number for number, (_name, states) in enumerate(STEPS, start=1) if phase.state in states)
    return Stage(names, position + 1 if phase.state in {"final", "archived"} else position)


def round_line(phase: Phase, *, at: datetime) -> RoundLine:
    release, awaited = current_release(phase, at=at), awaited_release(phase, at=at)
    shown = release or awaited
    return RoundLine(
        phase=phase,
        url=reverse("results:round", kwargs={"programme": phase.programme.slug, "phase": phase.slug}),
        tag=state_tag(shown.state if release else State.COMMITTED) if shown else Tag(_("Scheduled"), "neutral"),
        release=release,
        awaited=awaited,
        stage=stage_of(phase),
    )


def next_date(phase: Phase, *, at: datetime) -> tuple[str | Promise, datetime] | None:
    """The next moment that the public waits for, or None when no date is set. Hand-in may have closed early."""
    dates = [(_("Results, not before"), phase.embargo_until)]
    if phase.state in BEFORE_CLOSING:
        dates += [(_("Hand-in opens"), phase.opens_at), (_("Hand-in closes"), phase.closes_at)]
    coming = [(label, moment) for label, moment in dates if moment is not None and moment > at]
    return min(coming, key=lambda row: row[1]) if coming else None
