"""Contexts of the pages of a release, shared by the live routes and the static copy."""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.results.enums import State
from portal.results.models import Release
from portal.results.presentation.tables import table_of
from portal.results.presentation.teams import TeamPage, team_page
from portal.results.presentation.words import basis_text, here, outcome_tag, state_tag
from portal.results.selectors.files import files_of
from portal.results.selectors.releases import public_document

ROUND, TEAM, DATA = "results/round.html", "results/team.html", "results/data.html"
FILE_NOTES: dict[str, str | Promise] = {
    "public.json": _("The release: every published value with its class, canonical JSON"),
    "release.json": _("The root digest and the two digests it covers"),
    "ledger.json": _("Proof that the root stands in the ledger: event, path, signed checkpoint"),
    "results.csv": _("Table of the teams, for spreadsheets"),
    "items.csv": _("Criteria and measured items, for spreadsheets"),
    "verify_release.py": _("The verifier: one file, Python only"),
    "SHA256SUMS": _("SHA-256 of the files above"),
}


class FileLine(NamedTuple):
    name: str
    size: int
    sha256: str
    note: str | Promise
    url: str


def release_context(release: Release) -> dict[str, Any]:
    """What every page of a release says about it."""
    document = public_document(release)
    newer = Release.objects.filter(corrects=release).exclude(state__in=(State.PREPARED, State.COMMITTED)).first()
    return {
        "release": release,
        "document": document,
        "stamp": state_tag(release.state),
        "programme_name": here(document["release"]["programme"]["name"]),
        "phase_name": here(document["release"]["phase"]["name"]),
        "newer": newer,
        "newer_url": release_url(newer) if newer else "",
        "round_url": release_url(release),
        "data_url": release_url(release, "results:data"),
    }


def round_context(release: Release) -> dict[str, Any]:
    context = release_context(release)
    document = context["document"]
    table = table_of(document)
    names = {entry["code"]: here(entry["name"]) for entry in document["entries"]}
    return {
        **context,
        "table": table,
        "teams": [(team, release_url(release, "results:team", code=team.code)) for team in table.teams],
        "advancing": sum(bool(team.outcome and team.outcome.tone == "success") for team in table.teams),
        "decisions": [_decision(row, names) for row in document["decisions"]],
        "calls": [_call(row) for row in document["calls"]],
        "panels": document["panels"],
        "ruleset": document["ruleset"],
        "tally": document["tally"],
    }


def team_context(release: Release, code: str) -> dict[str, Any] | None:
    """None where the release has no such team."""
    context = release_context(release)
    team: TeamPage | None = team_page(context["document"], code)
    return None if team is None else {**context, "team": team}


def data_context(release: Release) -> dict[str, Any]:
    files = files_of(release)
    lines = [
        FileLine(
            name,
            len(data),
            hashlib.sha256(data).hexdigest(),
            FILE_NOTES[name],
            release_url(release, "results:file", name=name),
        )
        for name, data in files.items()
    ]
    return {**release_context(release), "files": lines}


def release_url(release: Release, page: str = "results:release", **more: str) -> str:
    place = {"programme": release.phase.programme.slug, "phase": release.phase.slug, "version": release.version}
    return reverse(page, kwargs={**place, **more})


def _call(row: dict[str, Any]) -> dict[str, Any]:
    moments = {key: datetime.fromisoformat(row[key]) for key in ("opens_at", "closes_at") if row[key]}
    return {**row, **moments}


def _decision(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        **row,
        "team": names.get(row["entry"] or "", ""),
        "tag": outcome_tag(row["outcome"]),
        "basis_text": basis_text(row["basis"]),
        "superseded": row["state"] == "superseded",
    }
