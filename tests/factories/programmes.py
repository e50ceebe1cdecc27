"""Programmes, phases in any state, and rule sets, written straight to the database."""

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from portal.common.formats.canonical import digest_of
from portal.programmes.enums import PhaseState
from portal.programmes.models import Call, Phase, Programme, RuleSetVersion

PROGRAMMES = Path(__file__).parents[2] / "programmes"
_numbers = itertools.count(1)


def rules_document(name: str = "demonstration-phase1") -> dict[str, Any]:
    """A fresh copy of a rule set that ships with the portal."""
    document: dict[str, Any] = yaml.safe_load((PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


def make_programme(**fields: Any) -> Programme:
    number = next(_numbers)
    defaults = {"slug": f"programme-{number}", "name_ko": f"시험 사업 {number}", "name_en": f"Test programme {number}"}
    return Programme.objects.create(**{**defaults, **fields})


def make_ruleset(programme: Programme, *, document: Any = None, frozen: bool = True) -> RuleSetVersion:
    document = document or rules_document()
    return RuleSetVersion.objects.create(
        programme=programme,
        version=programme.rulesets.count() + 1,
        name=document["name"],
        document=document,
        digest=digest_of(document),
        frozen_at=timezone.now() if frozen else None,
    )


def make_phase(state: str = PhaseState.DRAFTED, *, programme: Programme | None = None, **fields: Any) -> Phase:
    """A phase with rules, open since yesterday and closing in ten days; past `drafted` its rules are frozen."""
    programme = programme or make_programme()
    number = programme.phases.count() + 1
    now = timezone.now()
    defaults = {
        "programme": programme,
        "number": number,
        "slug": f"{programme.slug}-{number}",
        "name_ko": f"{number}차 단계평가",
        "name_en": f"Phase {number}",
        "state": state,
        "seats": 2,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=10),
    }
    if "ruleset" not in fields:
        defaults["ruleset"] = make_ruleset(programme, frozen=state != PhaseState.DRAFTED)
    return Phase.objects.create(**{**defaults, **fields})


def make_call(phase: Phase, **fields: Any) -> Call:
    now = timezone.now()
    defaults = {
        "phase": phase,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=5),
        "reason": "한 자리가 비었다.",
    }
    return Call.objects.create(**{**defaults, **fields})
