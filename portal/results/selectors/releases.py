"""Reads of releases. Public ones are those whose state and embargo allow it at the moment of reading."""

import json
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.programmes.models import Phase
from portal.results.enums import State
from portal.results.models import Release
from portal.results.policies import public_releases


def current_release(phase: Phase, *, at: datetime) -> Release | None:
    """The latest public version of a phase's results."""
    return public_releases(at=at).filter(phase=phase).order_by("-version").first()


def awaited_release(phase: Phase, *, at: datetime) -> Release | None:
    """A release whose digest is public and whose content is not: what the page counts down to."""
    rows = phase.releases.exclude(state=State.PREPARED).exclude(pk__in=public_releases(at=at).values("pk"))
    return rows.select_related("content").order_by("-version").first()


def release_at(programme: str, phase: str, version: int, *, at: datetime) -> Release:
    rows = public_releases(at=at)
    return rows.get(phase__programme__slug=programme, phase__slug=phase, version=version)


def public_rounds() -> QuerySet[Phase]:
    """Phases the public knows of: those whose rules are frozen; rehearsals are nobody's result."""
    rows = Phase.objects.filter(ruleset__isnull=False, is_rehearsal=False)
    return rows.select_related("programme", "ruleset").order_by("-programme__created_at", "-number")


def public_document(release: Release) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(release.content.public)
    return document


def latest_release(*, at: datetime) -> Release | None:
    """The most recently published version over all phases."""
    return public_releases(at=at).order_by("-published_at").first()


def phase_in_progress() -> Phase | None:
    """The phase that the public follows now: the last that has moved beyond its rules, else the first to come."""
    rows = public_rounds()
    return (
        rows.exclude(state__in=("drafted", "rules_frozen")).first() or rows.order_by("programme_id", "number").first()
    )


def committed_releases() -> QuerySet[Release]:
    """Every release whose digest is public, newest first; the digest says nothing about the content."""
    rows = Release.objects.exclude(state=State.PREPARED).select_related("phase__programme", "content")
    return rows.order_by("-committed_at")
