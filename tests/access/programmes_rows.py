from tests.access.matrix import Row
from tests.factories.programmes import make_phase, make_programme, make_ruleset, rules_document

STAFF_ONLY = "302 403 403 200 200 200"
OFFICER_ONLY = "302 403 403 200 403 403"


def a_programme(actors):
    return {"slug": make_programme().slug}


def frozen_rules(actors):
    version = make_ruleset(make_programme())
    return {"slug": version.programme.slug, "version": version.version}


def draft_rules(actors):
    version = make_ruleset(make_programme(), frozen=False)
    return {"slug": version.programme.slug, "version": version.version}


def two_versions(actors, *, frozen=True):
    programme = make_programme()
    for name in ("dokja-2026-phase1", "dokja-2026-phase2"):
        make_ruleset(programme, document=rules_document(name), frozen=frozen or name.endswith("1"))
    return {"slug": programme.slug, "before": 1, "after": 2}


def frozen_and_draft(actors):
    return two_versions(actors, frozen=False)


def no_rules(actors):
    return {"slug": make_programme().slug, "version": 1}


def a_phase(actors):
    return {"phase": make_phase().slug}


def no_phase(actors):
    return {"phase": "no-such-phase"}


ROWS = [
    Row("programmes:list", "200 200 200 200 200 200"),
    Row("programmes:programme", "200 200 200 200 200 200", a_programme),
    Row("programmes:programme", "404 404 404 404 404 404", lambda actors: {"slug": "no-such"}, case="unknown"),
    *(
        row
        for name in ("programmes:ruleset", "programmes:ruleset-json", "programmes:ruleset-yaml")
        for row in (
            Row(name, "200 200 200 200 200 200", frozen_rules),
            Row(name, "404 404 404 200 200 200", draft_rules, case="not frozen"),
            Row(name, "404 404 404 404 404 404", no_rules, case="unknown"),
        )
    ),
    Row("programmes:ruleset-diff", "200 200 200 200 200 200", two_versions),
    Row("programmes:ruleset-diff", "404 404 404 200 200 200", frozen_and_draft, case="one not frozen"),
    Row("ops_programmes:list", STAFF_ONLY),
    Row("ops_programmes:programme-new", OFFICER_ONLY),
    Row("ops_programmes:programme-edit", OFFICER_ONLY, a_programme),
    Row("ops_programmes:programme-edit", "302 403 403 404 403 403", lambda actors: {"slug": "no-such"}, case="unknown"),
    Row("ops_programmes:phase-new", OFFICER_ONLY, a_programme),
    Row("ops_programmes:phase-edit", OFFICER_ONLY, a_phase),
    Row("ops_programmes:phase", STAFF_ONLY, a_phase),
    Row("ops_programmes:phase", "302 403 403 404 404 404", no_phase, case="unknown"),
    Row("ops_programmes:rules", OFFICER_ONLY, a_phase),
    Row("ops_programmes:freeze", OFFICER_ONLY, a_phase),
    Row("ops_programmes:freeze", "302 403 403 302 403 403", a_phase, method="post"),
    Row("ops_programmes:deadline", OFFICER_ONLY, a_phase),
    Row("ops_programmes:move", "302 403 403 422 422 422", a_phase, method="post", data={"event": "open_receiving"}),
    Row("ops_programmes:move", "302 403 403 405 405 405", a_phase, case="by link"),
]
