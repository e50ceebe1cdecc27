"""Public pages answer everybody alike; a release before its embargo is not there; staff work on their own pages."""

from datetime import timedelta

from django.utils import timezone

from portal.results.enums import State
from tests.access.matrix import Row
from tests.factories.releases import make_release

ALL = "200 200 200 200 200 200"
NOBODY = "404 404 404 404 404 404"
STAFF = "302 403 403 200 200 200"
STAFF_POST = "302 403 403 302 302 302"


def place(release, **more):
    return {"programme": release.phase.programme.slug, "phase": release.phase.slug, **more}


def public_round(actors):
    return place(make_release())


def public_version(actors):
    return place(make_release(), version=1)


def hidden_version(actors):
    return place(make_release(State.COMMITTED), version=1)


def embargoed_version(actors):
    return place(make_release(embargo_until=timezone.now() + timedelta(hours=1)), version=1)


def hidden_team(actors):
    return {**hidden_version(actors), "code": "A"}


def hidden_file(actors):
    return {**embargoed_version(actors), "name": "public.json"}


def team(actors):
    return {**public_version(actors), "code": "A"}


def unknown_team(actors):
    return {**public_version(actors), "code": "Z"}


def file(actors):
    return {**public_version(actors), "name": "public.json"}


def unknown_file(actors):
    return {**public_version(actors), "name": "auditor.json"}


def phase(actors):
    return {"phase_id": make_release().phase_id}


def prepared(actors):
    return {"release": make_release(State.PREPARED).pk}


def checkpoint(actors):
    make_release()
    return {}


def step(name: str) -> list[Row]:
    return [
        Row(f"results:{name}", STAFF_POST, prepared, method="post", data={"reason": "정정"}),
        Row(f"results:{name}", "302 403 403 405 405 405", prepared, case="by link"),
    ]


ROWS = [
    *(
        Row(f"results:{name}", ALL)
        for name in ("home", "rounds", "verify", "verifier", "schedule", "contact", "sitemap")
    ),
    *(Row(f"results:{name}", ALL) for name in ("privacy", "copyright", "accessibility")),
    Row("results:checkpoint", ALL, checkpoint),
    Row("results:checkpoint", NOBODY, case="before the first"),
    Row("results:round", ALL, public_round),
    Row("results:round", NOBODY, lambda actors: {"programme": "no", "phase": "such"}, case="unknown"),
    Row("results:release", ALL, public_version),
    Row("results:release", NOBODY, hidden_version, case="digest public"),
    Row("results:release", NOBODY, embargoed_version, case="embargo"),
    Row("results:team", ALL, team),
    Row("results:team", NOBODY, unknown_team, case="unknown"),
    Row("results:team", NOBODY, hidden_team, case="digest public"),
    Row("results:data", ALL, public_version),
    Row("results:data", NOBODY, embargoed_version, case="embargo"),
    Row("results:file", ALL, file),
    Row("results:file", NOBODY, unknown_file, case="auditor's bundle"),
    Row("results:file", NOBODY, hidden_file, case="embargo"),
    Row("results:ops-releases", STAFF, phase),
    Row("results:ops-prepare", "302 403 403 422 422 422", phase, method="post"),
    Row("results:ops-prepare", "302 403 403 405 405 405", phase, case="by link"),
    Row("results:ops-release", STAFF, prepared),
    Row("results:ops-preview", STAFF, prepared),
    Row("results:ops-auditor-bundle", "302 403 403 403 403 200", prepared),
    *(row for name in ("ops-approve", "ops-commit", "ops-publish", "ops-confirm", "ops-correct") for row in step(name)),
]
