"""Private sets of items: sealed, and never changed."""

from django.db import models

from portal.artifacts.models import Blob


class PrivateSet(models.Model):
    """One sealed set. `sha256` of its plain text is public: suites name it, and it binds what is opened later."""

    name = models.CharField(max_length=64, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    licence = models.CharField(max_length=64)
    wrapped_key = models.CharField(max_length=160)
    content = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
