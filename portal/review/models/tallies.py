"""The tally: one document in, one document out, both with their digests."""

from django.conf import settings
from django.db import models


class Tally(models.Model):
    """Insert-only by trigger. A late recusal or a corrected input makes the next version, never a change of this one."""

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="tallies")
    version = models.PositiveIntegerField()
    input = models.JSONField()
    input_digest = models.CharField(max_length=64)
    output = models.JSONField()
    digest = models.CharField(max_length=64)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["phase_id", "version"]
        constraints = [models.UniqueConstraint(fields=["phase", "version"], name="review_tally_version_once")]
