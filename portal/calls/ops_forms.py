"""Forms of the secretariat and the committee, some of them made of the lines that the call itself has."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.calls.actions import Answer, CallFacts, Meeting, Terms
from portal.calls.forms import text_field
from portal.calls.models import Application, CallTerms, EligibilityCheck, Requirement
from portal.calls.selectors.judging import Applicant
from portal.programmes.models import Call, Phase
from portal.review.actions import Vote
from portal.review.enums import PanelKind, RecusalGround
from portal.review.forms import MomentField
from portal.review.labels import choices_of
from portal.review.models import Panel, PanelSeat

MOMENT = "%Y-%m-%dT%H:%M"
LONGEST_LINE = 400  # of the eligibility list, as the table keeps it


class TermsForm(forms.Form):
    """What a call says, in both languages."""

    name_ko = forms.CharField(label=_("Title in Korean"), max_length=200)
    name_en = forms.CharField(label=_("Title in English"), max_length=200)
    text_ko = text_field(_("Text in Korean"), required=False, help_text=_("What is sought, and who may apply."))
    text_en = text_field(_("Text in English"), required=False)
    requirements_ko = text_field(
        _("Eligibility list in Korean"), required=False, help_text=_("One requirement a line.")
    )
    requirements_en = text_field(
        _("Eligibility list in English"), required=False, help_text=_("The same lines in the same order.")
    )
    invited_only = forms.BooleanField(label=_("Only invited consortia may apply"), required=False)
    entry_deadline = MomentField(
        label=_("Deadline of the new entry (KST)"),
        required=False,
        help_text=_("Its own, where it joins later than the others; otherwise that of the phase."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        korean, english = (_lines(data.get(f"requirements_{language}", "")) for language in ("ko", "en"))
        if len(korean) != len(english):
            text = gettext("The list has %(korean)s lines in Korean and %(english)s in English; it needs both of each.")
            self.add_error("requirements_en", text % {"korean": len(korean), "english": len(english)})
        for name, lines in (("requirements_ko", korean), ("requirements_en", english)):
            long = [number for number, line in enumerate(lines, start=1) if len(line) > LONGEST_LINE]
            if long:
                text = gettext("Line %(number)s is longer than %(most)s characters; shorten it.")
                self.add_error(name, text % {"number": long[0], "most": LONGEST_LINE})
        return data

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        names = ("name_ko", "name_en", "text_ko", "text_en", "invited_only", "entry_deadline")
        lines = zip(_lines(data["requirements_ko"]), _lines(data["requirements_en"]), strict=True)
        return Terms(**{name: data[name] for name in names}, requirements=tuple(lines))

    @staticmethod
    def initial_of(terms: CallTerms, lines: Sequence[Requirement] = ()) -> dict[str, Any]:
        names = ("name_ko", "name_en", "text_ko", "text_en", "invited_only", "entry_deadline")
        return {
            **{name: getattr(terms, name) for name in names},
            "requirements_ko": "\n".join(row.text_ko for row in lines),
            "requirements_en": "\n".join(row.text_en for row in lines),
        }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class CallForm(TermsForm):
    """A call for seats of one phase."""

    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=50, initial=1)
    opens_at = MomentField(label=_("Opens (KST)"))
    closes_at = MomentField(label=_("Closes (KST)"))
    reason = text_field(_("Reason"), rows=3, help_text=_("It is published as written."))

    field_order = ["name_ko", "name_en", "seats", "opens_at", "closes_at", "entry_deadline", "reason"]

    @property
    def facts(self) -> CallFacts:
        data = self.cleaned_data
        return CallFacts(data["opens_at"], data["closes_at"], data.get("seats", 1), data.get("reason", ""))


class VacancyCallForm(CallForm):
    """A call for the seats of a vacancy: seats and reason are those of the decision."""

    seats = None  # type: ignore[assignment]
    reason = None  # type: ignore[assignment]
    phase = forms.ModelChoiceField(
        label=_("Phase to be entered"),
        queryset=Phase.objects.none(),
        help_text=_("The phase that whoever is selected enters."),
    )

    field_order = ["phase", "name_ko", "name_en", "opens_at", "closes_at", "entry_deadline"]

    def __init__(self, *args: Any, vacated: Phase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phases = Phase.objects.filter(programme=vacated.programme).order_by("number")
        self.fields["phase"].queryset = phases  # type: ignore[attr-defined]


class CommitteeForm(forms.Form):
    panel = forms.ModelChoiceField(label=_("Committee"), queryset=Panel.objects.none())

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        panels = Panel.objects.filter(phase=call.phase_id, kind=PanelKind.COMMITTEE)
        self.fields["panel"].queryset = panels  # type: ignore[attr-defined]


class EligibilityForm(forms.Form):
    """The eligibility list of a call, to be answered line by line."""

    def __init__(
        self, *args: Any, lines: Sequence[Requirement], check: EligibilityCheck | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        known = {row["requirement"]: row for row in check.answers} if check else {}
        for row in lines:
            before = known.get(row.number)
            self.fields[f"met_{row.number}"] = forms.ChoiceField(
                label=f"{row.number}. {row.text}",
                choices=[("yes", _("met")), ("no", _("not met"))],
                widget=forms.RadioSelect,
                initial=None if before is None else "yes" if before["met"] else "no",
            )
            self.fields[f"note_{row.number}"] = forms.CharField(
                label=gettext("Note on requirement %(number)s") % {"number": row.number},
                required=False,
                max_length=1000,
                initial=before["note"] if before else "",
                help_text=_("Needed where it is not met; the applicant reads it."),
            )

    @property
    def answers(self) -> dict[int, Answer]:
        data = self.cleaned_data
        return {
            row.number: Answer(data[f"met_{row.number}"] == "yes", data[f"note_{row.number}"]) for row in self.lines
        }


class InterestForm(forms.Form):
    """One question for each institution behind the applications."""

    def __init__(self, *args: Any, places: Sequence[Applicant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        for place in places:
            name = f"{place.consortium.name} · {place.institution.name}"
            self.fields[self._key(place, "has")] = forms.ChoiceField(
                label=name, choices=[("no", _("No interest")), ("yes", _("An interest"))], widget=forms.RadioSelect
            )
            self.fields[self._key(place, "what")] = forms.CharField(
                label=gettext("What it is: %(name)s") % {"name": place.institution.name},
                required=False,
                max_length=1000,
                help_text=_("Needed where there is one: money, work or kinship in the last three years."),
            )

    @staticmethod
    def _key(place: Applicant, kind: str) -> str:
        return f"{kind}_{place.consortium.pk}_{place.institution.pk}"

    @property
    def answers(self) -> dict[tuple[int, int], str | None]:
        data = self.cleaned_data
        return {
            place.key: data[self._key(place, "what")] if data[self._key(place, "has")] == "yes" else None
            for place in self.places
        }


class InterestRulingForm(forms.Form):
    event = forms.ChoiceField(
        label=_("Ruling"), choices=[("allow", _("Allow")), ("recuse", _("Recuse"))], widget=forms.RadioSelect
    )
    ground = forms.ChoiceField(
        label=_("Ground of a recusal"), choices=[("", "-"), *choices_of(RecusalGround)], required=False
    )
    reason = text_field(_("Reason"), rows=3, help_text=_("It goes into the record."))

    @property
    def chosen_ground(self) -> RecusalGround | None:
        return RecusalGround(self.cleaned_data["ground"]) if self.cleaned_data["ground"] else None


class Ballot(NamedTuple):
    """The three counts of one application, as the form draws them."""

    application: Application
    fields: list[forms.BoundField]


COUNTS = (("for", _("For")), ("against", _("Against")), ("abstained", _("Abstained")))


class JudgementForm(forms.Form):
    """The minutes of the meeting, with a vote on each eligible application and one on the outcome as a whole."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    held_at = MomentField(label=_("Held at"), initial=lambda: timezone.localtime().strftime(MOMENT))
    present = forms.ModelMultipleChoiceField(
        label=_("Present"), queryset=PanelSeat.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    text = text_field(_("What was discussed and decided"), rows=6)
    dissent = text_field(_("Dissent"), rows=3, required=False)

    def __init__(
        self, *args: Any, seats: Sequence[PanelSeat], rows: Sequence[Application], again: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        members = PanelSeat.objects.filter(pk__in=[seat.pk for seat in seats]).select_related("user")
        self.fields["present"].queryset = members  # type: ignore[attr-defined]
        for row in rows:
            self._add_counts(f"vote_{row.pk}", title=row.consortium.name)
        self._add_counts("resolution", title=gettext("Resolution as a whole"))
        if again:
            self.fields["reason"] = text_field(_("Why the committee met again"), rows=2)

    def _add_counts(self, key: str, *, title: str) -> None:
        for name, label in COUNTS:
            self.fields[f"{key}_{name}"] = forms.IntegerField(
                label=f"{title}: {label}", min_value=0, max_value=100, initial=None if name == "for" else 0
            )

    def plain(self) -> list[forms.BoundField]:
        """Everything but the counts, in order."""
        return [field for field in self if not field.name.startswith(("vote_", "resolution_"))]

    def ballots(self) -> Iterator[Ballot]:
        for row in self.rows:
            yield Ballot(row, [self[f"vote_{row.pk}_{name}"] for name, _label in COUNTS])

    def resolution(self) -> list[forms.BoundField]:
        return [self[f"resolution_{name}"] for name, _label in COUNTS]

    def _vote(self, key: str) -> Vote:
        data = self.cleaned_data
        return Vote(data[f"{key}_for"], data[f"{key}_against"], data[f"{key}_abstained"])

    @property
    def meeting(self) -> Meeting:
        data = self.cleaned_data
        return Meeting(
            subject=data["subject"],
            text=data["text"],
            held_at=data["held_at"],
            present=data["present"],
            dissent=data["dissent"],
            resolution=self._vote("resolution"),
            votes={row.pk: self._vote(f"vote_{row.pk}") for row in self.rows},
        )


class SelectionForm(forms.Form):
    public_rationale = text_field(_("Public rationale"), help_text=_("The applicants and the public read this."))
    private_rationale = text_field(_("Private rationale"), rows=3, required=False, help_text=_("For the record alone."))
