"""Registry of references: public models as sketches, and the nulls over their unrelated pairs."""

from django.db import models

from portal.artifacts.models import Blob


class Reference(models.Model):
    """A public model as a sketch. `descends_from` is a declared parent: the pair is a positive control, never a null."""

    name = models.CharField(max_length=120, unique=True)
    source = models.CharField(max_length=300, help_text="Where the weights were taken from.")
    revision = models.CharField(max_length=120)
    licence = models.CharField(max_length=120)
    public_since = models.DateField(help_text="First public date of the weights.")
    account = models.CharField(
        max_length=100, blank=True, help_text="Account of the consortium whose own earlier model it is."
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content, whatever the names and shards.")
    parameters = models.PositiveBigIntegerField()
    family = models.CharField(max_length=40)
    descends_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sketch = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Baseline(models.Model):
    """Nulls over all unrelated pairs of one state of the registry; `registry_digest` names that state."""

    registry_digest = models.CharField(max_length=64, unique=True)
    document = models.JSONField()
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-made", "-id")

    def __str__(self) -> str:
        return self.registry_digest[:12]
