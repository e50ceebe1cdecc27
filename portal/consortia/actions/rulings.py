"""Writes on advance rulings: a team asks about a kind of component, an officer rules, the ruling binds the phase."""

import re

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.actions import record
from portal.common.transitions import find
from portal.common.viewer import Viewer
from portal.consortia.actions.base import (
    addresses_of,
    locked_phase,
    require_outsider,
    require_spokesperson,
    require_state,
    require_text,
)
from portal.consortia.enums import AuditAction, QuestionState, Verdict
from portal.consortia.errors import ConsortiumError
from portal.consortia.models import AdvanceRuling, ComponentQuestion, Entry
from portal.consortia.selectors.rulings import component_titled
from portal.consortia.transitions import QUESTION
from portal.letters.actions import post_letter
from portal.programmes.enums import PhaseState
from portal.programmes.policies import authorise

KINDS = re.compile(r"\b(consortium|institute|university)\b|컨소시엄|연구원|대학교", re.IGNORECASE)
BEFORE_SCORING = (PhaseState.RULES_FROZEN, PhaseState.RECEIVING, PhaseState.CLOSED)


@transaction.atomic
def ask_ruling(entry: Entry, *, component: str, text: str, actor: Viewer) -> ComponentQuestion:
    """Ask before the component is used. The same open question twice is one."""
    phase = locked_phase(entry.phase_id)
    own = Entry.objects.select_related("consortium").get(pk=entry.pk)
    require_spokesperson(actor, own)
    require_state(phase, *BEFORE_SCORING)
    if component_titled(phase, component) is None:
        raise ConsortiumError(_("The rules of this phase have no such kind of component."))
    text = require_text(text, _("A ruling needs a question; write it."))
    same = own.component_questions.filter(component=component, text=text, state=QuestionState.ASKED).first()
    if same:
        return same
    question = ComponentQuestion.objects.create(
        phase=phase, entry=own, component=component, text=text, asked_by=actor.actor
    )
    record(
        AuditAction.RULING_ASKED,
        actor=actor.actor,
        subject=f"question:{question.pk}",
        after={"entry": own.code, "component": component},
    )
    return question


@transaction.atomic
def withdraw_question(question: ComponentQuestion, *, actor: Viewer) -> ComponentQuestion:
    locked = ComponentQuestion.objects.select_for_update().get(pk=question.pk)
    step = find(QUESTION, "withdraw", locked.state)
    authorise(step, actor=actor)
    require_spokesperson(actor, locked.entry)
    locked.state = question.state = QuestionState(step.target)
    locked.save(update_fields=["state"])
    record(
        AuditAction.RULING_WITHDRAWN,
        actor=actor.actor,
        subject=f"question:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target},
    )
    return question


@transaction.atomic
def give_ruling(
    question: ComponentQuestion, *, verdict: str, published: str, reason: str, actor: Viewer
) -> AdvanceRuling:
    """Rule once and for the whole phase. `published` is the question without what would tell the team."""
    phase = locked_phase(question.phase_id)
    locked = (
        ComponentQuestion.objects.select_for_update(of=("self",))
        .select_related("entry__consortium")
        .get(pk=question.pk)
    )
    step = find(QUESTION, "rule", locked.state)
    authorise(step, actor=actor, reason=reason)
    require_state(phase, *BEFORE_SCORING)
    require_outsider(actor, phase.programme)
    if verdict not in Verdict.values:
        raise ConsortiumError(_("A ruling says allowed, to be declared, or forbidden."))
    published = require_text(published, _("Write the question as everybody will read it."))
    _must_not_name(locked, published, reason)
    ruling = AdvanceRuling.objects.create(
        question=locked,
        number=AdvanceRuling.objects.filter(question__phase=phase).count() + 1,
        published=published,
        verdict=verdict,
        reason=reason.strip(),
        ruled_by=actor.actor,
    )
    locked.state = question.state = QuestionState(step.target)
    locked.save(update_fields=["state"])
    post_letter(
        addresses_of(locked.entry.consortium),
        kind="component_ruling",
        subject_key=f"consortia.component_ruling:{ruling.pk}",
        context={"phase": phase, "entry": locked.entry},
    )
    record(
        AuditAction.RULING_GIVEN,
        actor=actor.actor,
        subject=f"question:{locked.pk}",
        before={"state": step.source},
        after={"state": step.target, "verdict": verdict, "number": ruling.number, "component": locked.component},
        reason=ruling.reason,
    )
    return ruling


def _must_not_name(question: ComponentQuestion, *texts: str) -> None:
    """The plain slip: a text for everybody that carries the name of the team or of one of its institutions."""
    consortium = question.entry.consortium
    places = consortium.places.select_related("institution")
    owners = [consortium, *(place.institution for place in places)]
    full = [name for owner in owners for name in (owner.name_ko, owner.name_en)]
    names = [*full, *(re.sub(KINDS, "", name).strip() for name in full)]
    said = " ".join(texts).casefold()
    found = [name for name in names if len(name) > 1 and name.casefold() in said]
    if found:
        raise ConsortiumError(
            _("This text is published without names, but it contains “%(name)s”. Take the name out.")
            % {"name": found[0]}
        )
