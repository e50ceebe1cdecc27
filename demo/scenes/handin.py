"""The teams hand in through the real client over HTTP, receiving closes, and the runs are worked off."""

from typing import Any

from demo import cast
from demo.client import Client
from demo.make import made
from demo.stage import Outcome, Stage, UnexpectedOutcomeError, expect
from originality.selectors import comparisons_of
from portal.jobs.enums import FINAL
from portal.programmes.actions import move_phase
from portal.submissions.actions import open_draft
from portal.submissions.enums import State
from portal.submissions.models import Submission, SubmissionRun


def hand_in(stage: Stage) -> Outcome:
    receipts = [_hand_in(stage, team) for team in cast.TEAMS]
    return Outcome(f"접수증 {', '.join(receipts)}", f"receipts {', '.join(receipts)}", {"receipts": receipts})


def _hand_in(stage: Stage, team: cast.Team) -> str:
    entry = stage.entry(team)
    done = entry.submissions.filter(state=State.SUBMITTED).first()
    if done is not None:
        return done.receipt.number
    user = stage.user(team.manager)
    draft = open_draft(entry, actor=user.actor)
    facts = made(stage.models / team.slug)
    if facts is None:
        raise UnexpectedOutcomeError(f"the model of {team.slug} is not made")
    client = Client(stage, team, draft=str(draft.pk))
    for path, role, options in _parts(facts):
        client.push(path, role, *options)
    client.run("submit", "--submission", str(draft.pk), "-o", str(stage.models / f"receipt-{team.slug}.json"))
    client.run("verify", "--receipt", str(stage.models / f"receipt-{team.slug}.json"))
    return Submission.objects.get(pk=draft.pk).receipt.number


def _parts(facts: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    parts = [(facts["checkpoint"], "checkpoint", ["--step", str(facts["steps"]), "--tokens", str(facts["tokens"])])]
    parts += [
        (row["folder"], row["role"], ["--step", str(row["step"]), "--tokens", str(row["tokens"])])
        for row in facts["others"]
    ]
    parts += [(facts["logs"], "training_log", []), (facts["loss_curve"], "loss_curve", [])]
    parts += [(facts["declaration"], "component_declaration", []), (facts["training"], "training_declaration", [])]
    return [*parts, (facts["code"], "code", []), (facts["report"], "technical_report", [])]


def close_receiving(stage: Stage) -> Outcome:
    if stage.phase.state == "receiving":
        move_phase(
            stage.phase, "close_receiving", actor=stage.viewer(cast.OFFICER), reason="시연: 세 팀이 모두 제출을 마침"
        )
    return Outcome("접수 마감, 실행 요청", "receiving closed, runs requested")


def work_off_the_runs(stage: Stage) -> Outcome:
    """Wait for the worker; the reconciler requested the runs because the phase is closed."""
    wanted = Submission.objects.filter(entry__phase=stage.phase, state=State.SUBMITTED)

    def finished() -> bool:
        rows = list(SubmissionRun.objects.filter(submission__in=wanted))
        return {row.submission_id for row in rows} == {row.pk for row in wanted} and all(
            row.job.state in FINAL for row in rows
        )

    stage.wait_for("benchmark, originality and trace runs", finished)
    rows = list(SubmissionRun.objects.filter(submission__in=wanted))
    failed = [f"{row}: {row.job.error}" for row in rows if row.job.state != "succeeded"]
    expect(not failed, f"runs failed: {'; '.join(failed)}")
    levels = {
        row.submission.entry.code: {str(found.reference): found.level for found in comparisons_of(row.originality)}
        for row in rows
        if row.originality
    }
    told = {row.submission.entry.code: _to_explain(row.trace.report) for row in rows if row.trace and row.trace.report}
    return Outcome(f"실행 {len(rows)}건 완료", f"{len(rows)} runs finished", {"levels": levels, "to_explain": told})


def _to_explain(report: dict[str, Any]) -> list[str]:
    """Checks of a training run whose findings the team has to explain: none, where it did what it declares."""
    return [finding["check"] for finding in report["findings"] if finding["level"]]
