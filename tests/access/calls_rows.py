from portal.calls.models import ApplicantNotice, CommitteeInterest, Consent
from portal.review.actions import approve_decision
from tests.access.matrix import Row
from tests.factories.calls import CallScene, with_member
from tests.factories.consortia import join
from tests.factories.programmes import make_phase
from tests.factories.review import Scene

STAFF_ONLY = "302 403 403 200 200 200"
OFFICER_ONLY = "302 403 403 200 403 403"
OWN = "302 200 404 404 404 404"


def scene_for(actors, **options):
    return CallScene(actors=actors, **options)


def drafted(actors):
    return {"call": scene_for(actors).call.pk}


def opened(actors):
    return {"call": scene_for(actors).open().pk}


def no_call(actors):
    return {"call": 0}


def opened_of_others(actors):
    return {"call": CallScene().open().pk}


def with_draft(actors):
    scene = scene_for(actors)
    scene.open()
    return {"application": scene.draft().pk}


def applied(actors):
    scene = scene_for(actors)
    scene.open()
    return {"application": scene.apply().pk}


def applied_by_others(actors):
    scene = CallScene()
    scene.open()
    return {"application": scene.apply().pk}


def consent_of_member(actors):
    scene = CallScene()
    with_member(scene.consortia[0])
    place, contact = scene.consortia[0].places.get(role="member"), actors["team"]
    scene.consortia[0].memberships.filter(institution=place.institution).update(user=contact)
    scene.open()
    scene.draft()
    return {"consent": Consent.objects.get().pk}


def consent_of_lead(actors):
    scene = scene_for(actors)
    with_member(scene.consortia[0])
    scene.open()
    scene.draft()
    return {"consent": Consent.objects.get().pk}


def invited(actors):
    from portal.calls.actions import invite_consortium

    scene = scene_for(actors)
    invitation = invite_consortium(scene.call, consortium=scene.consortia[0], invited_by=scene.officer)
    scene.open()
    return {"invitation": invitation.pk}


def number_while_open(actors):
    scene = scene_for(actors)
    scene.open()
    return {"number": scene.apply().versions.get().number}


def closed_scene(actors):
    scene = scene_for(actors)
    scene.open()
    application = scene.apply()
    scene.close()
    scene.name_committee()
    return scene, application


def number_when_closed(actors):
    _scene, application = closed_scene(actors)
    return {"number": application.versions.get().number}


def number_of_others(actors):
    scene = CallScene()
    scene.open()
    application = scene.apply()
    scene.close()
    return {"number": application.versions.get().number}


def no_number(actors):
    return {"number": "20260101-A00000-1"}


def committee_when_closed(actors):
    scene, _application = closed_scene({name: user for name, user in actors.items() if name != "team"})
    return {"call": scene.call.pk}


def committee_before_closing(actors):
    scene = scene_for({name: user for name, user in actors.items() if name != "team"})
    scene.open()
    scene.name_committee(cleared=False)
    return {"call": scene.call.pk}


def notice_sent(actors):
    scene = scene_for(actors)
    scene.open()
    scene.apply()
    scene.judge(3)
    scene.carry_out()
    return {"notice": ApplicantNotice.objects.get(application__call=scene.call).pk}


def closed_call(actors):
    return {"call": closed_scene({name: user for name, user in actors.items() if name == "officer"})[0].call.pk}


def closed_call_with_team(actors):
    """The officer belongs to an applicant, so that the call has no officer in this person."""
    scene, _application = closed_scene({})
    join(scene.consortia[0], user=actors["officer"])
    return {"call": scene.call.pk}


def to_be_checked(actors):
    _scene, application = closed_scene({"officer": actors["officer"]})
    return {"application": application.pk}


def declared_interest(actors):
    closed_scene({"officer": actors["officer"]})
    return {"interest": CommitteeInterest.objects.first().pk}


def a_phase(actors):
    return {"phase": make_phase("rules_frozen").slug}


def approved_vacancy(actors):
    from portal.review import actions

    scene = Scene(actors={"officer": actors["officer"], "decider": actors["decider"]})
    scene.tally()
    vacancy = actions.draft_vacancy(scene.phase, seats=1, public_rationale="결원", drafted_by=scene.officer)
    vacancy = actions.endorse_decision(vacancy, minutes=scene.meeting(), endorsed_by=scene.officer)
    approve_decision(vacancy, approved_by=scene.decider)
    return {"decision": vacancy.pk}


ROWS = [
    Row("calls:list", "200 200 200 200 200 200"),
    Row("calls:call", "200 200 200 200 200 200", opened),
    Row("calls:call", "404 404 404 404 404 404", drafted, case="drafted"),
    Row("calls:apply", "302 200 403 403 403 403", opened),
    Row("calls:apply", "302 403 403 403 403 403", opened_of_others, case="no manager"),
    Row("calls:apply", "302 404 404 404 404 404", no_call, case="unknown"),
    Row("calls:applications", "302 200 403 403 403 403"),
    Row("calls:application", OWN, with_draft),
    Row("calls:application", OWN, applied, case="handed in"),
    Row("calls:application", "302 404 404 404 404 404", applied_by_others, case="of others"),
    Row("calls:ask", "302 302 404 404 404 404", with_draft, method="post"),
    Row("calls:hand-in", "302 422 404 404 404 404", with_draft, method="post"),
    Row("calls:withdraw", OWN, applied),
    Row("calls:consent", OWN, consent_of_member),
    Row("calls:consent", "302 404 404 404 404 404", consent_of_lead, case="the lead cannot consent for it"),
    Row("calls:decline", OWN, invited),
    Row("calls:version", "302 200 404 403 403 403", number_while_open, case="while open"),
    Row("calls:version", "302 200 200 200 200 200", number_when_closed, case="closed"),
    Row("calls:version", "302 404 404 200 200 200", number_of_others, case="of others"),
    Row("calls:version", "302 404 404 404 404 404", no_number, case="unknown"),
    *(
        row
        for name in ("calls:receipt", "calls:receipt-file")
        for row in (
            Row(name, "302 200 404 403 403 403", number_while_open, case="while open"),
            Row(name, "302 200 404 200 200 200", number_when_closed, case="closed"),
        )
    ),
    Row("calls:notice", "302 200 404 200 200 200", notice_sent),
    Row("calls:committee", "302 404 200 404 404 404", committee_when_closed),
    Row("calls:committee", "302 404 403 404 404 404", committee_before_closing, case="before closing"),
    Row("ops_calls:list", STAFF_ONLY),
    Row("ops_calls:new", OFFICER_ONLY, a_phase),
    Row("ops_calls:vacancy", OFFICER_ONLY, approved_vacancy),
    Row("ops_calls:call", STAFF_ONLY, closed_call),
    Row("ops_calls:call", "302 403 403 403 200 200", closed_call_with_team, case="an officer of an applicant"),
    Row("ops_calls:call", "302 403 403 404 404 404", no_call, case="unknown"),
    Row("ops_calls:terms", OFFICER_ONLY, drafted),
    Row("ops_calls:open", "302 403 403 302 403 403", drafted, method="post"),
    Row("ops_calls:close", "302 403 403 422 403 403", opened, method="post"),
    Row("ops_calls:lapse", "302 403 403 422 403 403", closed_call, method="post"),
    Row("ops_calls:deadline", "302 403 403 422 403 403", opened, method="post"),
    Row("ops_calls:invite", "302 403 403 422 403 403", opened, method="post"),
    Row("ops_calls:committee", "302 403 403 422 403 403", closed_call, method="post"),
    Row("ops_calls:judgement", OFFICER_ONLY, closed_call),
    Row("ops_calls:selection", "302 403 403 422 403 403", closed_call, method="post"),
    Row("ops_calls:carry-out", "302 403 403 302 403 403", closed_call, method="post"),
    Row("ops_calls:eligibility", OFFICER_ONLY, to_be_checked),
    Row("ops_calls:eligibility", "302 403 403 404 404 404", applied, case="before closing"),
    Row("ops_calls:interest", OFFICER_ONLY, declared_interest),
]
