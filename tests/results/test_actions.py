"""The life of a release, by the real actions over a phase that went through review."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from portal.audit.models import Event
from portal.results.actions import approve_release, commit_digest, correct_release, mark_confirmed, prepare_release
from portal.results.enums import Scope, State
from portal.results.errors import ReleaseRefused
from portal.results.models import Approval, Release, ReleaseContent
from portal.results.publication import publish_release
from portal.results.selectors.releases import current_release, public_document
from tests.factories.accounts import make_user
from tests.factories.releases import make_release, notified_scene
from tests.factories.review import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def release_dir(settings, tmp_path):
    settings.RELEASE_DIR = tmp_path / "releases"
    return settings.RELEASE_DIR


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def scene():
    return notified_scene()


def committed(scene, **options) -> Release:
    release = prepare_release(scene.phase, scope=Scope.FULL, by=scene.officer, **options)
    approve_release(release, by=scene.officer)
    approve_release(release, by=scene.decider)
    return commit_digest(release, by=scene.officer)


def test_release_goes_from_prepared_to_provisional(scene):
    release = publish_release(committed(scene), by=scene.decider)

    assert release.state == State.PROVISIONAL
    actions = list(
        Event.objects.filter(subject=f"release:{release.pk}").order_by("seq").values_list("action", flat=True)
    )
    assert actions == [
        "release.prepared",
        "release.approved",
        "release.approved",
        "release.committed",
        "release.published",
    ]
    document = public_document(release)
    assert [entry["outcome"]["outcome"] for entry in document["entries"]] == ["advance", "advance", "cut"]
    assert [entry["rank"]["by_score"] for entry in document["entries"]] == [1, 2, 3]


def test_committed_root_is_in_the_ledger_before_publication(scene):
    release = committed(scene)
    event = Event.objects.get(subject=f"release:{release.pk}", action="release.committed")
    assert event.after["root"] == release.content.root


def test_one_person_is_not_two(scene):
    release = prepare_release(scene.phase, scope=Scope.FULL, by=scene.officer)
    approve_release(release, by=scene.decider)
    with pytest.raises(ReleaseRefused, match="another person"):
        approve_release(release, by=scene.decider)
    with pytest.raises(ReleaseRefused, match="Two people"):
        commit_digest(release, by=scene.officer)


def test_two_officers_need_a_decider(scene):
    release = prepare_release(scene.phase, scope=Scope.FULL, by=scene.officer)
    approve_release(release, by=scene.officer)
    approve_release(release, by=scene.second_officer)
    with pytest.raises(ReleaseRefused, match="decision maker"):
        commit_digest(release, by=scene.officer)


@pytest.mark.parametrize("role", ["reviewer", "team", "auditor", "operator"])
def test_others_cannot_act(scene, role):
    release = prepare_release(scene.phase, scope=Scope.FULL, by=scene.officer)
    with pytest.raises(ReleaseRefused, match="officers and decision makers"):
        approve_release(release, by=make_user(role))


def test_member_of_a_team_cannot_act_whatever_the_role(scene):
    from portal.accounts.models import RoleGrant

    member = scene.members[0]
    RoleGrant.objects.create(user=member, role="officer", granted_by="system")
    member.forget_roles()
    with pytest.raises(ReleaseRefused, match="team of this phase"):
        prepare_release(scene.phase, scope=Scope.FULL, by=member)


def test_publication_before_the_embargo_is_refused(scene):
    release = committed(scene, embargo_until=timezone.now() + timedelta(hours=1))
    with pytest.raises(ReleaseRefused, match="embargo"):
        publish_release(release, by=scene.officer)
    assert current_release(scene.phase, at=timezone.now() + timedelta(days=9)) is None


def test_release_needs_a_decided_phase():
    early = Scene()
    early.tally()
    with pytest.raises(ReleaseRefused, match="needs the decisions"):
        prepare_release(early.phase, scope=Scope.FULL, by=early.officer)


def test_release_of_a_decided_phase_waits_for_the_notice():
    early = Scene()
    early.tally()
    early.decide_all()
    release = committed(early)
    with pytest.raises(ReleaseRefused, match="notified first"):
        publish_release(release, by=early.officer)


def test_confirmation_waits_for_the_final_phase(scene):
    release = publish_release(committed(scene), by=scene.officer)
    with pytest.raises(ReleaseRefused, match="final"):
        mark_confirmed(release, by=scene.officer)
    scene.phase.state = "final"
    scene.phase.save(update_fields=["state"])
    assert mark_confirmed(release, by=scene.officer).state == State.CONFIRMED


def test_correction_keeps_the_old_version_readable(scene):
    first = publish_release(committed(scene), by=scene.officer)
    second = correct_release(first, by=scene.officer, reason="점수 전사 오류")
    for person in (scene.officer, scene.decider):
        approve_release(second, by=person)
    publish_release(commit_digest(second, by=scene.officer), by=scene.officer)

    first.refresh_from_db()
    assert first.state == State.CORRECTED
    now = timezone.now()
    assert first.is_public(at=now)
    assert current_release(scene.phase, at=now) == second
    assert public_document(second)["release"]["corrects"] == first.content.root


def test_correction_needs_a_reason(scene):
    first = publish_release(committed(scene), by=scene.officer)
    with pytest.raises(ReleaseRefused, match="reason"):
        correct_release(first, by=scene.officer, reason=" ")


def test_second_first_version_is_refused(scene):
    committed(scene)
    with pytest.raises(ReleaseRefused, match="correct that one"):
        prepare_release(scene.phase, scope=Scope.FULL, by=scene.officer)


@pytest.mark.parametrize("event", ["approve", "commit", "publish", "confirm"])
def test_steps_out_of_order_are_refused(event):
    scene = notified_scene()
    release = make_release(State.CORRECTED, phase=scene.phase)
    steps = {
        "approve": lambda: approve_release(release, by=scene.decider),
        "commit": lambda: commit_digest(release, by=scene.officer),
        "publish": lambda: publish_release(release, by=scene.officer),
        "confirm": lambda: mark_confirmed(release, by=scene.officer),
    }
    with pytest.raises(ReleaseRefused):
        steps[event]()


@pytest.mark.parametrize("model", [ReleaseContent, Approval])
def test_database_refuses_changes_of_content_and_approvals(scene, model):
    committed(scene)
    field = {"root": "0" * 64}
    for change in (lambda: model.objects.update(**field), lambda: model.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
