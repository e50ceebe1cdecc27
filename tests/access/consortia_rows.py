from portal.accounts.actions import accept_invitation
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import invite_institution
from tests.access.matrix import Row
from tests.factories.accounts import make_user
from tests.factories.consortia import institution_data, join, make_consortium
from tests.factories.programmes import make_phase

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
]
