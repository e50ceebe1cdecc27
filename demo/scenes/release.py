"""The release: prepared, approved by two, its digest public, published, and computed again from its own bundle."""

from django.core.management import call_command

from demo import cast
from demo.stage import Outcome, Stage, expect
from portal.programmes.actions import move_phase
from portal.results.actions import approve_release, commit_digest, prepare_release
from portal.results.enums import Scope, State
from portal.results.publication import publish_release
from portal.review.models import Tally


def release_and_replay(stage: Stage) -> Outcome:
    officer, decider = stage.user(cast.OFFICER), stage.user(cast.DECIDER)
    release = stage.phase.releases.order_by("version").first() or prepare_release(
        stage.phase, scope=Scope.FULL, by=officer
    )
    if release.state == State.PREPARED:
        for person in (decider, stage.user(cast.SECOND_DECIDER)):
            if not release.approvals.filter(approver=person).exists():
                approve_release(release, by=person)
        release = commit_digest(release, by=officer)
    if release.state == State.COMMITTED:
        release = publish_release(release, by=officer)
    if stage.phase.state == "notified":
        move_phase(stage.phase, "open_objections", actor=stage.viewer(cast.OFFICER))
    call_command("replay", str(release.pk))
    root = release.content.root
    tally = Tally.objects.filter(phase=stage.phase).latest("version")
    expect(release.state == State.PROVISIONAL, f"the release is {release.state}")
    return Outcome(
        f"잠정 공표, SHA-256 {root[:12]}…",
        f"published as provisional, SHA-256 {root[:12]}…",
        {"release": release.pk, "root": root, "tally": tally.digest},
    )
