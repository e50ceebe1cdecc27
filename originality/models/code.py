"""Corpora of public code, and what a code archive shares with them."""

import uuid

from django.db import models

from portal.artifacts.models import Blob, Bundle
from portal.jobs.models import Job


class CodeCorpus(models.Model):
    """An index of public code that the ministry has; a later one of the same name takes its place in later plans."""

    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the index.")
    index = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    sources = models.JSONField(help_text="Projects with version, licence, files, lines and tokens.")
    null = models.JSONField(null=True, help_text="What files of unrelated projects share with one another.")
    files = models.PositiveIntegerField()
    fingerprints = models.PositiveBigIntegerField()
    retired = models.BooleanField(default=False)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("name",), condition=models.Q(retired=False), name="one_corpus_in_use_per_name"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:12]}"


class CodeRun(models.Model):
    """One bundle of source code against the corpora that were in use when it was asked for: the plan is frozen here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=150, unique=True)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    report = models.JSONField(null=True, blank=True)
    document = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, related_name="+", help_text="The stored bytes of the report."
    )
    passages = models.ForeignKey(
        Blob, on_delete=models.PROTECT, null=True, related_name="+", help_text="Both texts of every passage."
    )
    actor = models.CharField(max_length=100)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return str(self.pk)
