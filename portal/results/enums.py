"""The closed vocabularies of publishing. No Django."""

from enum import StrEnum


class Scope(StrEnum):
    """How much a release says; each includes the one before."""

    OUTCOME = "outcome"  # decisions and their public grounds
    AGGREGATES = "aggregates"  # totals, part scores, ranks
    FULL = "full"  # item scores under one-time labels


class State(StrEnum):
    PREPARED = "prepared"
    COMMITTED = "committed"
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


PUBLIC_STATES = frozenset({State.PROVISIONAL, State.CONFIRMED, State.CORRECTED})


class NumberClass(StrEnum):
    """Who can recompute a published number."""

    ANYONE = "anyone"
    AUDITOR = "auditor"
    OUTSIDE = "outside"


class AuditAction(StrEnum):
    RELEASE_PREPARED = "release.prepared"
    RELEASE_APPROVED = "release.approved"
    RELEASE_COMMITTED = "release.committed"
    RELEASE_PUBLISHED = "release.published"
    RELEASE_CONFIRMED = "release.confirmed"
    RELEASE_CORRECTED = "release.corrected"
