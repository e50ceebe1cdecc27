"""The blind console: "team" is a member of entry A, "reviewer" the evaluator, the staff have no part in it."""

from tests.access.matrix import Row
from tests.factories.accounts import make_user
from tests.factories.console import Evaluation


def evaluation(actors):
    return {"round_id": Evaluation(actors=actors).round.pk}


def sealed(actors):
    scene = Evaluation(actors=actors)
    scene.phase.state = "sealed"
    scene.phase.save(update_fields=["state"])
    return {"round_id": scene.round.pk}


def own_model(actors):
    scene = Evaluation(actors=actors)
    return {"key": scene.trials()[0].key}


def own_model_before_declaring_elsewhere(actors):
    """A second seat without a declaration closes the first one too."""
    from tests.factories.review import make_panel, make_seat

    scene = Evaluation(actors=actors)
    other = make_panel(scene.phase, part="user", name="다른 위원회")
    make_seat(other, officer=scene.officer, user=actors["reviewer"], cleared=False)
    return {"key": scene.trials()[0].key}


def colleagues_model(actors):
    scene = Evaluation(actors=actors, evaluators=2)
    return {"key": scene.trials(1)[0].key}


def nobodys(actors):
    return {"key": "A" * 22}


def phase(actors):
    return {"phase_id": Evaluation(actors=actors).phase.pk}


def phase_and_panel(actors):
    from tests.factories.review import make_panel

    scene = Evaluation(actors=actors)
    return {"phase_id": scene.phase.pk, "panel_id": make_panel(scene.phase, kind="user", part="user").pk}


def phase_and_entry(actors):
    scene = Evaluation(actors=actors)
    return {"phase_id": scene.phase.pk, "entry_id": scene.entries[0].pk}


def entry_of_another_phase(actors):
    return {**phase_and_entry(actors), "phase_id": Evaluation(actors={"officer": actors["officer"]}).phase.pk}


def own_entry(actors):
    return {"entry_id": Evaluation(actors=actors).entries[0].pk}


def rivals_entry(actors):
    return {"entry_id": Evaluation(actors=actors).entries[1].pk}


def blinded_sheet(actors):
    return {"sheet_id": Evaluation(actors=actors).trials()[0].assignment.sheet.pk}


def blinded_seat(actors):
    return {"seat_id": Evaluation(actors=actors).seats[0].pk}


def without_part(actors):
    Evaluation(actors={"officer": make_user("officer")})
    return {}


def with_part(actors):
    Evaluation(actors=actors)
    return {}


STAFF_READS = "302 403 403 200 200 200"
OFFICER_READS = "302 403 403 200 403 403"
OFFICER_POSTS = "302 403 403 302 403 403"
OWN = "404 404 200 404 404 404"
OWN_POST = "404 404 302 404 404 404"

ROWS = [
    # the evaluator
    Row("console:home", "302 403 403 403 403 403", without_part, case="without a part in it"),
    Row("console:home", "302 403 200 403 403 403", with_part),
    Row("console:round", OWN, evaluation),
    Row("console:sign_off", OWN, evaluation),
    Row("console:sign", OWN_POST, evaluation, method="post"),
    Row("console:trial", OWN, own_model),
    Row("console:trial", "404 404 404 404 404 404", colleagues_model, case="of a colleague"),
    Row("console:trial", "404 404 404 404 404 404", nobodys, case="unknown"),
    Row("console:trial", "404 404 403 404 404 404", own_model_before_declaring_elsewhere, case="undeclared elsewhere"),
    Row("console:begin", OWN_POST, own_model, method="post"),
    Row("console:ask", "404 404 422 404 404 404", own_model, method="post", case="before it is begun"),
    Row("console:rate", "404 404 422 404 404 404", own_model, method="post", case="before it is begun"),
    Row("console:set_aside", OWN_POST, own_model, method="post"),
    Row("console:withdraw", OWN_POST, own_model, method="post"),
    # what reviewing shows elsewhere stays shut to who rates blind
    Row("review:sheet", "404 404 403 404 404 404", blinded_sheet, case="of a blind panel"),
    Row("review:print", "404 404 404 403 403 403", blinded_sheet, case="of a blind panel"),
    Row("review:comparison", "404 404 403 404 404 404", blinded_seat, case="of a blind panel"),
    # a team
    Row("console:endpoint", "404 200 404 404 404 404", own_entry),
    Row("console:endpoint", "404 404 404 404 404 404", rivals_entry, case="of a rival"),
    Row("console:check", "404 302 404 404 404 404", own_entry, method="post"),
    # staff
    Row("ops_console:rounds", STAFF_READS, phase),
    Row("ops_console:new_round", OFFICER_READS, phase_and_panel),
    Row("ops_console:endpoint", STAFF_READS, phase_and_entry),
    Row("ops_console:endpoint", "404 404 404 404 404 404", entry_of_another_phase, case="under another phase"),
    Row("ops_console:check", OFFICER_POSTS, phase_and_entry, method="post"),
    Row("ops_console:round", STAFF_READS, evaluation),
    Row("ops_console:terms", OFFICER_READS, evaluation),
    Row("ops_console:move", OFFICER_POSTS, evaluation, method="post"),
    Row("ops_console:enrol", OFFICER_POSTS, evaluation, method="post"),
    Row("ops_console:record", "302 403 403 403 403 403", evaluation, case="before the seal"),
    Row("ops_console:record", STAFF_READS, sealed, case="sealed"),
]
