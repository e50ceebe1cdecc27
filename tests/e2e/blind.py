"""A blind evaluation in the data of a portal, and what came of it: `python -m tests.e2e.blind build ADDRESS…` and `… outcome`.

A process of its own, as for the walk: the browser test drives a real server over this data.
"""

import json
import sys
from decimal import Decimal
from typing import Any

import django

PACE = 2  # seconds; every fake model answers or fails faster than this


def built(addresses: list[str]) -> dict[str, Any]:
    from tests.factories.console import Evaluation, terms

    scene = Evaluation(
        addresses, evaluators=2, round_terms=terms(pace_seconds=Decimal(PACE), minimum_seconds=3, answer_seconds=8)
    )
    return {
        "round": scene.round.pk,
        "phase": scene.phase.pk,
        "sessions": [_signed_in(seat.user) for seat in scene.seats],
        "sheets": [row.assignment.sheet.pk for row in scene.trials()],
        "secrets": [_secrets(scene, number) for number in range(len(addresses))],
        "seed": scene.round.seed,
    }


def _signed_in(user: Any) -> str:
    from django.conf import settings
    from django.test import Client

    from tests.factories.accounts import sign_in

    return sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value


def _secrets(scene: Any, number: int) -> list[str]:
    """Whatever would say that a code name stands for this entry."""
    entry, endpoint = scene.entries[number], scene.endpoints[number]
    lead = entry.consortium.places.get().institution
    names = [entry.consortium.name_ko, entry.consortium.name_en, entry.consortium.slug, lead.name_ko, lead.name_en]
    short = [entry.consortium.name_ko.split()[0], entry.consortium.name_en.split()[0]]
    return [*names, *short, endpoint.model, f"key-{number}", endpoint.base_url, endpoint.base_url.rpartition(":")[2]]


def outcome() -> dict[str, Any]:
    """Per evaluator's seat: entry, code name, state and signed scores; beside it the failures and masks that were kept."""
    from portal.console.models import Answer, Trial

    rows = Trial.objects.select_related("assignment__entry", "assignment__seat", "assignment__sheet__signed")
    return {
        "trials": [
            {
                "seat": row.assignment.seat.code,
                "entry": row.assignment.entry.code,
                "code_name": row.code_name,
                "key": row.key,
                "state": row.assignment.sheet.state,
                "scores": row.assignment.sheet.signed.content["scores"] if row.assignment.sheet.signed else None,
            }
            for row in rows.order_by("assignment__seat_id", "position")
        ],
        "failures": Answer.objects.exclude(failure="").count(),
        "masked": Answer.objects.filter(masked__gt=0).count(),
    }


def main() -> None:
    django.setup()
    json.dump(built(sys.argv[2:]) if sys.argv[1] == "build" else outcome(), sys.stdout)


if __name__ == "__main__":
    main()
