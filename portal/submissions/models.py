"""What a team hands in: versions of a submission, each sealing bundles with their roles, and the receipt for it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaluation.contamination.models import ContaminationRun
from evaluation.models import EvaluationRun
from originality.models import CodeRun, OriginalityRun, TraceRun
from portal.consortia.models import Consortium
from portal.jobs.models import Job
from portal.submissions.enums import Role, RunKind, State


class Submission(models.Model):
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="submissions")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    document = models.JSONField(
        null=True, help_text="What was sealed: roles, bundle digests, rule set. Empty in a draft."
    )
    digest = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    whole_at = models.DateTimeField(null=True, help_text="When the last of its files was here.")

    class Meta:
        ordering = ("entry", "-version")
        constraints = (
            models.UniqueConstraint(fields=("entry", "version"), name="one_submission_per_version"),
            models.UniqueConstraint(fields=("entry",), condition=Q(state=State.DRAFT), name="one_draft_per_entry"),
            models.UniqueConstraint(
                fields=("entry",), condition=Q(state=State.SUBMITTED), name="one_valid_submission_per_entry"
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT, digest="") | (~Q(state=State.DRAFT) & ~Q(digest="")),
                name="sealed_submissions_have_a_digest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry} v{self.version}"


class SubmissionItem(models.Model):
    """Files with their role. They are bound by `digest`: the upload that declared them may still be receiving."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="items")
    role = models.CharField(max_length=32, choices=Role)
    digest = models.CharField(max_length=64, help_text="Of the bundle, known since it was declared.")
    bundle = models.ForeignKey("artifacts.Bundle", on_delete=models.PROTECT, null=True, related_name="+")
    upload = models.ForeignKey("artifacts.Upload", on_delete=models.PROTECT, null=True, related_name="+")
    step = models.PositiveBigIntegerField(null=True, help_text="Optimiser steps at this checkpoint.")
    tokens = models.PositiveBigIntegerField(null=True, help_text="Training tokens seen at this checkpoint.")

    class Meta:
        ordering = ("role", "step", "id")
        constraints = (
            models.UniqueConstraint(fields=("submission", "role", "digest"), name="one_item_per_role_and_digest"),
            models.CheckConstraint(
                condition=Q(bundle__isnull=False) | Q(upload__isnull=False), name="an_item_is_declared_or_stored"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} of {self.submission}"

    def file_list(self) -> list[dict[str, Any]]:
        """`{"path", "size", "sha256"}` per file, whether the bytes are here or only declared."""
        if self.bundle is not None:
            return self.bundle.file_list()
        declared = self.upload.manifest["files"] if self.upload else []
        return [{key: file[key] for key in ("path", "size", "sha256")} for file in declared]

    @property
    def total_size(self) -> int:
        """Bytes of all files."""
        return sum(file["size"] for file in self.file_list())


class Receipt(models.Model):
    """Proof for the team. Its place in the ledger is that of the event whose subject is `receipt:<number>`."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="receipt")
    number = models.CharField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.number


def _is_of(kind: RunKind) -> Q:
    """The condition that a row has the run of its kind and no other; each kind is the name of its column."""
    columns = {f"{name}__isnull": name != kind.value for name in RunKind.values}
    return Q(kind=kind.value, **columns)


class SubmissionRun(models.Model):
    """The row through which a run is reached: its policy is that of the submission."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=16, choices=RunKind)
    requested_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.CharField(max_length=100, blank=True, help_text="Who asked for a run again; else the portal.")
    reason = models.TextField(blank=True, max_length=2000, help_text="Why it was run again.")
    set_aside_at = models.DateTimeField(null=True)
    set_aside_by = models.CharField(max_length=100, blank=True)
    set_aside_reason = models.TextField(blank=True, max_length=2000)
    benchmark = models.OneToOneField("evaluation.EvaluationRun", on_delete=models.PROTECT, null=True, related_name="+")
    originality = models.OneToOneField(
        "originality.OriginalityRun", on_delete=models.PROTECT, null=True, related_name="+"
    )
    trace = models.OneToOneField("originality.TraceRun", on_delete=models.PROTECT, null=True, related_name="+")
    code = models.OneToOneField("originality.CodeRun", on_delete=models.PROTECT, null=True, related_name="+")
    contamination = models.OneToOneField(
        "evaluation.ContaminationRun", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ("submission", "id")
        constraints = (
            models.CheckConstraint(
                condition=_is_of(RunKind.BENCHMARK)
                | _is_of(RunKind.ORIGINALITY)
                | _is_of(RunKind.TRACE)
                | _is_of(RunKind.CODE)
                | _is_of(RunKind.CONTAMINATION),
                name="a_submission_run_is_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True) | ~Q(set_aside_reason=""),
                name="a_run_is_set_aside_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.submission}"

    @property
    def run(self) -> "EvaluationRun | OriginalityRun | TraceRun | CodeRun | ContaminationRun":
        """The run behind this row, of its kind; a constraint holds that there is one."""
        run: EvaluationRun | OriginalityRun | TraceRun | CodeRun | ContaminationRun = getattr(self, self.kind)
        return run

    @property
    def job(self) -> Job:
        """The durable job of the run; runs get theirs in the transaction that makes them."""
        job = self.run.job
        if job is None:
            raise Job.DoesNotExist(f"{self} has no job")
        return job


class TrajectoryRun(models.Model):
    """A small suite on one checkpoint of a training run: evidence of how it learned, never a figure of the ranking."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="trajectory")
    run = models.OneToOneField("evaluation.EvaluationRun", on_delete=models.PROTECT, related_name="+")
    step = models.PositiveBigIntegerField(help_text="Optimiser steps at this checkpoint.")
    handed_over = models.BooleanField(default=False, help_text="Its scores are in the findings on the training run.")

    class Meta:
        ordering = ("submission", "step", "id")

    def __str__(self) -> str:
        return f"{self.submission} {self.step}"


class DeclarationDraft(models.Model):
    """What a team has typed of a declaration and not yet put into its hand-in; as it stands in the inputs."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="declaration_drafts")
    role = models.CharField(max_length=32, choices=Role)
    values = models.JSONField(default=dict)
    kept_by = models.CharField(max_length=100)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("submission", "role")
        constraints = (models.UniqueConstraint(fields=("submission", "role"), name="one_declaration_draft_per_role"),)

    def __str__(self) -> str:
        return f"{self.role} of {self.submission}"


class SelfCheck(models.Model):
    """A team's own look at a checkpoint before it hands in: nobody else sees it, and it is no evidence."""

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="self_checks")
    run = models.OneToOneField(OriginalityRun, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=200, blank=True, help_text="What the team called the upload.")
    requested_by = models.CharField(max_length=100)
    requested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.label or str(self.run_id)[:8]
