from django.db import models


class Result(models.Model):
    """No constraint on purpose: a result that is written twice must show."""

    job_id = models.BigIntegerField()
    fence = models.PositiveIntegerField()
    value = models.TextField()

    class Meta:
        app_label = "kinds"

    def __str__(self) -> str:
        return f"{self.job_id}: {self.value}"
