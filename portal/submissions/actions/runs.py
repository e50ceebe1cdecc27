"""Which runs a submission gets once the phase has closed and it is certain which version counts."""

from django.db import transaction

from evaluation.actions import request_run
from evaluation.contamination.actions import request_contamination
from evaluation.selectors import find_suite
from originality.actions import Checkpoint, Told, request_code, request_report, request_trace
from originality.lineage import Ancestor, DeclaredPart
from portal.artifacts.models import Bundle
from portal.audit.actions import record
from portal.programmes.models import RuleSetVersion
from portal.programmes.ruleset import parse_ruleset
from portal.submissions.actions.trajectory import request_trajectory
from portal.submissions.enums import AuditAction, Role, RunKind
from portal.submissions.models import Submission, SubmissionRun
from portal.submissions.registry import deposits_of, earliest_deposit
from portal.submissions.selectors.evidence import declared_components
from portal.submissions.selectors.serving import has_server
from portal.submissions.selectors.training import declared_training, training_facts

LINKS = {
    Role.INITIAL_CHECKPOINT: "initial",
    Role.INTERMEDIATE_CHECKPOINT: "intermediate",
    Role.CHECKPOINT: "final",
}


@transaction.atomic
def request_runs(submission: Submission, *, actor: str = "system") -> list[SubmissionRun]:
    """Ask for the benchmark suites of the rule set, the originality report and the training trace; once per submission."""
    submission = Submission.objects.select_for_update().select_related("entry__ruleset").get(pk=submission.pk)
    if submission.runs.exists():
        return list(submission.runs.all())
    if submission.whole_at is None:  # nothing is measured on a part of what was handed in
        return []
    checkpoint = _bundle(submission, Role.CHECKPOINT)
    if checkpoint is None:
        return []
    initial = _bundle(submission, Role.INITIAL_CHECKPOINT)
    suites = [] if has_server(submission) else suites_of(submission.entry.ruleset)  # a server waits for its officer
    rows = [_benchmark(submission, checkpoint, name, actor) for name in suites]
    key = f"submission:{submission.pk}:originality"
    report = request_report(checkpoint, key=key, actor=actor, step0=initial, told=told_by(submission))
    rows.append(SubmissionRun.objects.create(submission=submission, kind=RunKind.ORIGINALITY, originality=report))
    if logs := _bundle(submission, Role.TRAINING_LOG):
        rows.append(_trace(submission, logs, actor=actor))
    rows += _code(submission, actor=actor)
    rows += _contamination(submission, actor=actor)
    record(AuditAction.RUN_REQUESTED, actor=actor, subject=f"submission:{submission.pk}", after={"runs": len(rows)})
    return rows


def _trace(submission: Submission, logs: Bundle, *, actor: str) -> SubmissionRun:
    """Ask for the reading of the training run with everything that is known of it beside the logs."""
    chain = chain_of(submission)
    if not has_server(submission):
        request_trajectory(submission, chain, actor=actor)
    trace = request_trace(
        logs,
        key=f"submission:{submission.pk}:trace",
        actor=actor,
        chain=chain,
        facts=training_facts(submission),
        declared=told_by(submission).declared,
    )
    return SubmissionRun.objects.create(submission=submission, kind=RunKind.TRACE, trace=trace)


def _code(submission: Submission, *, actor: str) -> list[SubmissionRun]:
    """Ask for the comparison of every part that is source code with public code."""
    items = submission.items.filter(role=Role.CODE, bundle__isnull=False).select_related("bundle").order_by("id")
    declared, rows = told_by(submission).declared, []
    for item in items:
        if item.bundle:
            key = f"submission:{submission.pk}:code:{item.bundle.digest}"
            run = request_code(item.bundle, key=key, actor=actor, declared=declared)
            rows.append(SubmissionRun.objects.create(submission=submission, kind=RunKind.CODE, code=run))
    return rows


def _contamination(submission: Submission, *, actor: str) -> list[SubmissionRun]:
    """Ask for the comparison of the declared data sample with the items of every suite the rule set measures by."""
    sample, names = _bundle(submission, Role.DATA_SAMPLE), suites_of(submission.entry.ruleset)
    if sample is None or not names:
        return []
    key = f"submission:{submission.pk}:contamination"
    run = request_contamination(sample, suites=[find_suite(name) for name in names], key=key, actor=actor)
    return [SubmissionRun.objects.create(submission=submission, kind=RunKind.CONTAMINATION, contamination=run)]


def chain_of(submission: Submission) -> list[Checkpoint]:
    """Return the checkpoints whose bytes are here: those handed in, and deposits whose bytes the lot called."""
    items = submission.items.filter(role__in=LINKS, bundle__isnull=False).select_related("bundle")
    chain = [Checkpoint(row.bundle, LINKS[Role(row.role)], row.step, row.tokens) for row in items if row.bundle]
    held = {row.bundle.digest for row in chain}
    called = [row for row in deposits_of(submission.entry) if row.bundle and row.bundle.digest not in held]
    called_rows = [Checkpoint(row.bundle, "intermediate", row.step, row.tokens) for row in called if row.bundle]
    return [_stepped(row, submission) for row in chain] + called_rows


def _stepped(row: Checkpoint, submission: Submission) -> Checkpoint:
    """Give the final checkpoint its step where the hand-in left it out: that of its deposit, or the last of the schedule."""
    if row.role != "final" or row.step is not None:
        return row
    known = [deposit.step for deposit in deposits_of(submission.entry) if deposit.digest == row.bundle.digest]
    declared = declared_training(submission)
    total = declared.schedule.total_steps if declared and declared.schedule else None
    return row._replace(step=known[0] if known else total)


def told_by(submission: Submission) -> Told:
    """Return what the team declared and when its first digest was deposited: frozen in the plan with everything else."""
    parts = [
        DeclaredPart(
            part=row.part,
            name=row.name,
            origin=row.origin,
            licence=row.licence,
            training=row.training,
            share=str(row.share_of_parameters),
            ancestors=tuple(Ancestor(*ancestor) for ancestor in row.ancestors),
        )
        for row in declared_components(submission)
    ]
    return Told(declared=parts, earliest_deposit=earliest_deposit(submission.entry))


def suites_of(version: RuleSetVersion) -> list[str]:
    """Return the suites ("name/version") that the measured parts of a rule set ask for, in order, each once."""
    rules = parse_ruleset(version.document)
    names = (item.source.suite for part in rules.parts for item in part.items if item.source.kind == "suite")
    return list(dict.fromkeys(names))


def _benchmark(submission: Submission, checkpoint: Bundle, suite: str, actor: str) -> SubmissionRun:
    key = f"submission:{submission.pk}:benchmark:{suite}"
    run = request_run(checkpoint, suite=find_suite(suite), key=key, actor=actor)
    return SubmissionRun.objects.create(submission=submission, kind=RunKind.BENCHMARK, benchmark=run)


def _bundle(submission: Submission, role: Role) -> Bundle | None:
    item = submission.items.filter(role=role).select_related("bundle").order_by("-step").first()
    return item.bundle if item else None
