from portal.accounts.actions import accept_invitation
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import (
    freeze_proposals,
    invite_institution,
    move_proposals,
    open_proposals,
    propose_benchmark,
)
from portal.consortia.models import Entry
from tests.access.matrix import Row
from tests.factories.accounts import make_user
from tests.factories.consortia import institution_data, join, make_consortium, make_entry
from tests.factories.programmes import make_phase, make_programme
from tests.factories.rules import acting, make_amendment, make_grant, make_outage, make_question, source, speaker_of

MEMBERS = "302 200 404 200 404 200"
MANAGERS = "302 200 404 403 404 403"


def managed(actors):
    return {"slug": make_consortium(manager=actors["team"]).slug}


def contributed_to(actors):
    consortium = make_consortium()
    join(consortium, user=actors["team"])
    return {"slug": consortium.slug}


def of_others(actors):
    return {"slug": make_consortium().slug}


def managed_place(actors):
    consortium = make_consortium(manager=actors["team"])
    place, _token = invite_institution(
        consortium, institution=institution_data(), email="naru@example.org", actor=viewer_of_user(actors["team"])
    )
    return {"slug": consortium.slug, "place": place.pk}


def place_of_others(actors):
    other = managed_place({"team": make_user("team")})
    return {**managed(actors), "place": other["place"]}


def phase_to_enter(actors):
    return {**managed(actors), "phase": make_phase("receiving").slug}


def closed_phase(actors):
    return {**managed(actors), "phase": make_phase("closed").slug}


def invited(actors):
    manager = make_user("team")
    consortium = make_consortium(manager=manager)
    place, token = invite_institution(
        consortium, institution=institution_data(), email=actors["team"].email, actor=viewer_of_user(manager)
    )
    accept_invitation(token, user=actors["team"])
    return {"place": place.pk}


def not_invited(actors):
    return {"place": managed_place(actors)["place"]}


def own_entry(actors):
    return {"entry": make_entry(make_phase("receiving"), consortium=make_consortium(manager=actors["team"])).pk}


def contributed_entry(actors):
    entry = make_entry(make_phase("receiving"))
    join(entry.consortium, user=actors["team"])
    return {"entry": entry.pk}


def entry_of_others(actors):
    return {"entry": make_entry(make_phase("receiving")).pk}


def put_amendment(actors):
    entry = Entry.objects.get(pk=own_entry(actors)["entry"])
    return {"entry": entry.pk, "amendment": make_amendment(entry.phase).pk}


def amendment_of_others(actors):
    return {**own_entry(actors), "amendment": make_amendment(make_phase("receiving")).pk}


def own_proposal(actors):
    entry = Entry.objects.get(pk=own_entry(actors)["entry"])
    open_proposals(entry.phase, actor=acting("officer"))
    return {"entry": entry.pk, "proposal": propose_benchmark(entry, source=source(), actor=speaker_of(entry)).pk}


def proposal_of_others(actors):
    return {**own_entry(actors), "proposal": own_proposal({"team": make_user("team")})["proposal"]}


def own_question(actors):
    entry = Entry.objects.get(pk=own_entry(actors)["entry"])
    return {"entry": entry.pk, "question": make_question(entry).pk}


def question_of_others(actors):
    return {**own_entry(actors), "question": own_question({"team": make_user("team")})["question"]}


def phase_slug(actors):
    return {"phase": make_phase("receiving").slug}


def drafted_slug(actors):
    return {"phase": make_phase("drafted").slug}


def frozen_result(actors):
    found = open_proposals(make_phase("receiving"), actor=acting("officer"))
    move_proposals(found, "close", actor=acting("officer"))
    return {"phase": found.phase.slug, "version": freeze_proposals(found, actor=acting("decider")).version}


def no_result(actors):
    return {"phase": make_phase("receiving").slug, "version": 1}


def programme(actors):
    return {"slug": make_programme().slug}


def phase_id(actors):
    return {"phase_id": make_phase("receiving").pk}


def amendment_id(actors):
    return {"amendment_id": make_amendment(make_phase("receiving")).pk}


def question_id(actors):
    return {"question_id": make_question(make_entry(make_phase("receiving"))).pk}


def entry_id(actors):
    return {"entry_id": make_entry(make_phase("receiving")).pk}


def grant_id(actors):
    return {"grant_id": make_grant(make_programme(), make_consortium()).pk}


def outage_id(actors):
    return {"outage_id": make_outage(make_grant(make_programme(), make_consortium())).pk}


PUBLIC = "200 200 200 200 200 200"
NOBODY = "404 404 404 404 404 404"
SPEAKERS = "302 200 404 403 404 403"
STAFF = "302 403 403 200 200 200"
OFFICERS = "302 403 403 200 403 403"

ROWS = [
    Row("consortia:list", "302 200 403 403 403 403"),
    Row("consortia:register", "302 200 403 403 403 403"),
    Row("consortia:consortium", MEMBERS, managed),
    Row("consortia:consortium", MEMBERS, contributed_to, case="as a contributor"),
    Row("consortia:consortium", "302 404 404 200 404 200", of_others, case="of others"),
    Row("consortia:invite", MANAGERS, managed),
    Row("consortia:invite", "302 403 404 403 404 403", contributed_to, case="as a contributor"),
    Row("consortia:invite", "302 404 404 403 404 403", of_others, case="of others"),
    Row("consortia:end-place", MANAGERS, managed_place),
    Row("consortia:end-place", "302 404 404 403 404 403", place_of_others, case="a place of others"),
    Row("consortia:enter", MANAGERS, phase_to_enter),
    Row("consortia:enter", "302 404 404 403 404 403", closed_phase, case="a closed phase"),
    Row("consortia:new-token", MANAGERS, managed),
    Row("consortia:new-token", "302 403 404 403 404 403", contributed_to, case="as a contributor"),
    Row("consortia:accept", "302 200 404 404 404 404", invited),
    Row("consortia:accept", "302 404 404 404 404 404", not_invited, case="not invited"),
    Row("consortia:support", MEMBERS, managed),
    Row("consortia:support", "302 404 404 200 404 200", of_others, case="of others"),
    Row("consortia:matters", MEMBERS, own_entry),
    Row("consortia:matters", MEMBERS, contributed_entry, case="as a contributor"),
    Row("consortia:matters", "302 404 404 200 404 200", entry_of_others, case="of others"),
    Row("consortia:amendment", MEMBERS, put_amendment),
    Row("consortia:amendment", "302 404 404 404 404 404", amendment_of_others, case="put to others"),
    Row("consortia:propose-benchmark", SPEAKERS, own_entry),
    Row("consortia:propose-benchmark", "302 403 404 403 404 403", contributed_entry, case="as a contributor"),
    Row("consortia:propose-benchmark", "302 404 404 403 404 403", entry_of_others, case="of others"),
    Row("consortia:propose-target", SPEAKERS, own_entry),
    Row("consortia:withdraw-proposal", "302 302 404 403 404 403", own_proposal, method="post"),
    Row("consortia:withdraw-proposal", "302 404 404 403 404 403", proposal_of_others, method="post", case="of others"),
    Row("consortia:ask", SPEAKERS, own_entry),
    Row("consortia:ask", "302 404 404 403 404 403", entry_of_others, case="of others"),
    Row("consortia:withdraw-question", "302 302 404 403 404 403", own_question, method="post"),
    Row("consortia:withdraw-question", "302 404 404 403 404 403", question_of_others, method="post", case="of others"),
    Row("records:amendments", PUBLIC, phase_slug),
    Row("records:amendments", NOBODY, drafted_slug, case="rules not frozen"),
    Row("records:proposals", PUBLIC, phase_slug),
    Row("records:proposals-json", PUBLIC, frozen_result),
    Row("records:proposals-json", NOBODY, no_result, case="not frozen"),
    Row("records:rulings", PUBLIC, phase_slug),
    Row("records:support", PUBLIC, programme),
    Row("ops_consortia:amendments", STAFF, phase_id),
    Row("ops_consortia:amendments", "302 403 403 422 403 403", phase_id, method="post", data={}, case="propose"),
    Row("ops_consortia:amendment", STAFF, amendment_id),
    Row("ops_consortia:amendment", "302 403 403 422 422 403", amendment_id, method="post", data={}, case="rule"),
    Row("ops_consortia:proposals", STAFF, phase_id),
    Row("ops_consortia:move-proposals", "302 403 403 302 403 403", phase_id, method="post", data={"event": "open"}),
    Row("ops_consortia:rulings", "302 403 403 200 403 200", phase_id),
    Row("ops_consortia:ruling", "302 403 403 200 403 200", question_id),
    Row("ops_consortia:ruling", "302 403 403 422 403 403", question_id, method="post", data={}, case="rule"),
    Row("ops_consortia:deadlines", STAFF, phase_id),
    Row("ops_consortia:deadline", OFFICERS, entry_id),
    Row("ops_consortia:support", STAFF, programme),
    Row("ops_consortia:new-grant", OFFICERS, programme),
    Row("ops_consortia:grant", STAFF, grant_id),
    Row("ops_consortia:correct-grant", OFFICERS, grant_id),
    Row("ops_consortia:new-outage", OFFICERS, grant_id),
    Row("ops_consortia:correct-outage", OFFICERS, outage_id),
]
