"""Dossiers and sessions: "team" manages the entry's consortium, "reviewer" is a cleared member of a panel, staff have no part."""

from tests.access.matrix import Row
from tests.factories.accounts import make_user
from tests.factories.dossiers import Verified
from tests.factories.review import make_panel, make_seat


def own(actors):
    return {"entry_id": Verified(actors=actors).entry.pk}


def others(actors):
    return {"entry_id": Verified().entry.pk}


def of_a_rival(actors):
    """Another entry of the phase in which the team competes."""
    from tests.factories.consortia import make_entry

    scene = Verified(actors=actors)
    return {"entry_id": make_entry(scene.phase).pk}


def still_receiving(actors):
    scene = Verified(actors=actors)
    type(scene.phase).objects.filter(pk=scene.phase.pk).update(state="receiving")
    return {"entry_id": scene.entry.pk}


def undeclared_elsewhere(actors):
    """A second seat without a declaration closes everything."""
    scene = Verified(actors=actors)
    second = make_panel(scene.phase, name="심의위원회", kind="committee", part="")
    make_seat(second, officer=scene.officer, user=actors["reviewer"], cleared=False)
    return {"entry_id": scene.entry.pk}


def of_a_blind_panel(actors):
    scene = Verified(actors={**actors, "reviewer": make_user("reviewer")})
    panel = make_panel(scene.phase, name="사용자 평가단", part="user", kind="user")
    type(panel).objects.filter(pk=panel.pk).update(is_blind=True)
    make_seat(type(panel).objects.get(pk=panel.pk), officer=scene.officer, user=actors["reviewer"])
    return {"entry_id": scene.entry.pk}


def phase(actors):
    return {"phase_id": Verified(actors=actors).phase.pk}


def planned(actors):
    return {"session_id": Verified(actors=actors).prepared().pk}


def planned_elsewhere(actors):
    return {"session_id": Verified().planned().pk}


def held(actors):
    return {"session_id": Verified(actors=actors).held().pk}


def published(actors):
    return {"session_id": Verified(actors=actors).published().pk}


READERS = "302 200 200 200 200 200"
STAFF = "302 403 403 200 200 200"
OFFICER = "302 403 403 200 403 403"
EVERYBODY = "200 200 200 200 200 200"
NOBODY = "404 404 404 404 404 404"

ROWS = [
    Row("dossiers:dossier", READERS, own),
    Row("dossiers:dossier", "302 404 404 200 200 200", others, case="of another phase"),
    Row("dossiers:dossier", "302 404 200 200 200 200", of_a_rival, case="of a rival"),
    Row("dossiers:dossier", "302 200 403 403 403 403", still_receiving, case="while the phase receives"),
    Row("dossiers:dossier", "302 200 404 200 200 200", undeclared_elsewhere, case="undeclared elsewhere"),
    Row("dossiers:dossier", "302 200 404 200 200 200", of_a_blind_panel, case="who rates blind"),
    Row("dossiers:data", READERS, own),
    Row("dossiers:data", "302 404 200 200 200 200", of_a_rival, case="of a rival"),
    Row("dossiers:session", READERS, planned),
    Row("dossiers:session", "302 404 404 200 200 200", planned_elsewhere, case="of another phase"),
    Row("dossiers:session", READERS, held, case="held"),
    Row("dossiers:consent", "302 302 302 302 302 302", held, method="post"),
    Row("dossiers:consent", "302 404 404 302 302 302", planned_elsewhere, method="post", case="of another phase"),
    Row("ops_dossiers:phase", STAFF, phase),
    Row("ops_dossiers:plan", OFFICER, own),
    Row("ops_dossiers:plan", "302 403 403 422 403 403", own, method="post", case="empty"),
    Row("ops_dossiers:session", STAFF, planned),
    Row("ops_dossiers:session", STAFF, held, case="held"),
    Row("ops_dossiers:session", "302 403 403 422 422 422", planned, method="post", data={"do": "item"}, case="empty"),
    Row("ops_dossiers:publish", "302 403 403 302 403 403", held, method="post"),
    Row("verifications:home", EVERYBODY),
    Row("verifications:record", NOBODY, held, case="before it is published"),
    Row("verifications:record_document", NOBODY, held, case="before it is published"),
    Row("verifications:record", EVERYBODY, published),
    Row("verifications:record_document", EVERYBODY, published),
]
