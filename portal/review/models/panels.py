"""Who sits on which panel, what they declared, and which entry they judge."""

from django.conf import settings
from django.db import models

from portal.review.enums import DeclarationState, PanelKind, RecusalGround, SeatKind
from portal.review.labels import choices_of


class Panel(models.Model):
    """A body of people for one phase. `part` is the code of the rule set's part that its sheets fill, empty for a committee."""

    phase = models.ForeignKey("programmes.Phase", on_delete=models.PROTECT, related_name="panels")
    kind = models.CharField(max_length=12, choices=choices_of(PanelKind))
    part = models.SlugField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    roster_opened_at = models.DateTimeField(null=True)  # from here on the parties read the names and may challenge
    challenge_due = models.DateTimeField(null=True)
    is_blind = models.BooleanField(default=False)  # rates code-named models in the blind console, never entry by entry

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["phase", "name"], name="review_panel_name_once_in_phase")]

    def __str__(self) -> str:
        return self.name


class PanelSeat(models.Model):
    """One person's place. `code` stands for the person wherever a name must not."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="panel_seats")
    kind = models.CharField(max_length=12, choices=choices_of(SeatKind), default=SeatKind.REGULAR)
    code = models.CharField(max_length=8)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "user"], name="review_seat_person_once_in_panel"),
            models.UniqueConstraint(fields=["panel", "code"], name="review_seat_code_once_in_panel"),
        ]

    def __str__(self) -> str:
        return self.code


class Declaration(models.Model):
    """What a member says about interests in any team of the phase. The scope is the whole phase: rivals share one contest."""

    seat = models.OneToOneField(PanelSeat, on_delete=models.PROTECT, related_name="declaration")
    state = models.CharField(max_length=12, choices=choices_of(DeclarationState), default=DeclarationState.MISSING)
    pledge_version = models.CharField(max_length=12, blank=True)
    declared_at = models.DateTimeField(null=True)
    ground = models.CharField(max_length=12, choices=choices_of(RecusalGround), blank=True)
    ruling_reason = models.TextField(blank=True)
    ruled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ruled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["seat_id"]

    @property
    def opens_content(self) -> bool:
        return self.state in {DeclarationState.CLEAR, DeclarationState.ALLOWED}


class DeclaredInterest(models.Model):
    """The answer about one institution of one consortium; `interest` says whether there is one, `explanation` what it is."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="interests")
    consortium = models.ForeignKey("consortia.Consortium", on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey("consortia.Institution", on_delete=models.PROTECT, related_name="+")
    interest = models.BooleanField()
    explanation = models.TextField(blank=True)

    class Meta:
        ordering = ["consortium_id", "institution_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["declaration", "consortium", "institution"], name="review_interest_once_per_institution"
            )
        ]


class Assignment(models.Model):
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="assignments")
    entry = models.ForeignKey("consortia.Entry", on_delete=models.PROTECT, related_name="assignments")

    class Meta:
        ordering = ["entry__code", "seat_id"]
        constraints = [models.UniqueConstraint(fields=["seat", "entry"], name="review_assignment_once")]
