"""What a team declares is frozen in the plan, beside the date of its first deposit; nobody declares another's model its own."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from evaluation.actions import load_shipped_suites
from originality.lineage import Ancestor, DeclaredPart, Known, declared_as, matched
from originality.models import Reference
from portal.audit.models import Event
from portal.custody.models import Deposit
from portal.submissions.actions import request_runs
from portal.submissions.models import SubmissionRun
from tests.factories.consortia import make_consortium
from tests.factories.custody import deposit
from tests.factories.findings import make_reference
from tests.factories.submissions import DECLARATION, handed_in, receiving_entry

OWN, TAKEN, OTHER = (Known(number, name, f"{number:064x}", account) for number, name, account in (
    (1, "Ours 2025", "consortium:1"), (2, "Public Encoder", ""), (3, "Public Encoder 2", ""),
))  # fmt: skip


def part(origin="own", *, ancestors=()):
    return DeclaredPart("decoder", "Decoder", origin, "MIT", "trained", "1", tuple(ancestors))


def declared(*parts, account="consortium:1"):
    return matched(parts, references=[OWN, TAKEN, OTHER], account=account)


def test_an_own_earlier_model_is_declared_and_known_to_be_the_teams():
    rows = declared(part(ancestors=[Ancestor("ours 2025")]))

    assert [(row["reference"], row["own"]) for row in rows] == [(1, True)]
    assert declared_as(rows, reference=1) == "own lineage"


def test_nobody_declares_somebody_elses_model_to_be_their_own():
    rows = declared(part(ancestors=[Ancestor("Ours 2025")]), account="consortium:2")

    assert declared_as(rows, reference=1) == "component"


def test_an_origin_is_a_reference_only_where_it_is_its_name():
    assert declared_as(declared(part(" public  ENCODER")), reference=2) == "component"
    assert declared_as(declared(part("Public Encoder")), reference=3) == ""
    assert declared_as(declared(part("Public Encoder 2")), reference=2) == ""
    for sentence in ("trained from scratch, not from Public Encoder", "fine-tuned from Public Encoder 2"):
        assert [row["reference"] for row in declared(part(sentence))] == [None]


def test_what_was_trained_from_scratch_declares_no_origin_but_the_ancestors_it_names():
    whole = part("Public Encoder")._replace(training="from_scratch", name="Public Encoder 2")

    assert [row["reference"] for row in declared(whole)] == [None]
    assert declared_as(declared(whole._replace(ancestors=(Ancestor("Public Encoder"),))), reference=2) == "component"


def test_an_ancestor_is_met_by_its_digest_and_without_one_by_its_name():
    rows = declared(part(ancestors=[Ancestor("called otherwise", f"{3:064x}")]))
    assert declared_as(rows, reference=3) == "component"
    rows = declared(part(ancestors=[Ancestor("Public Encoder", f"{9:064x}")]))
    assert [row["reference"] for row in rows] == [None], "the digest says that it is another"

    assert declared_as(declared(part(ancestors=[Ancestor("not Public Encoder")])), reference=2) == ""


def test_what_the_registry_does_not_hold_is_listed_as_not_tested():
    [row] = declared(part(ancestors=[Ancestor("Unknown model")]))

    assert (row["part"], row["reference"], row["own"]) == ("decoder", None, False)
    assert "ancestors" not in row


@pytest.mark.django_db
def test_the_plan_of_a_hand_in_has_the_declaration_and_the_first_deposit(tmp_path, monkeypatch):
    entry = receiving_entry()
    reference = make_reference(name="Ours 2025")
    call_command("own_reference", "Ours 2025", consortium=entry.consortium.slug, stdout=(tmp_path / "out").open("w"))
    document = json.loads(json.dumps(DECLARATION))
    document["components"][0]["pedigree"] = {"ancestors": [{"name": "Ours 2025"}]}
    monkeypatch.setitem(DECLARATION, "components", document["components"])
    deposit(entry, step=10)
    first = Deposit.objects.get()
    deposit(entry, step=20)
    submission = handed_in(entry, tmp_path).submission

    load_shipped_suites()

    request_runs(submission)

    run = SubmissionRun.objects.get(kind="originality").originality
    [row] = run.plan["declared"]
    assert (row["reference"], row["own"], row["share"]) == (reference.pk, True, "1")
    assert [item["declared"] for item in run.plan["references"]] == ["own lineage"]
    assert run.plan["earliest_deposit"] == first.deposited_at.isoformat()
    assert first.deposited_at < timezone.now() + timedelta(seconds=1)


@pytest.mark.django_db
def test_whose_a_reference_is_stands_in_the_ledger_and_is_taken_back(tmp_path):
    reference, team = make_reference(), make_consortium()
    out = (tmp_path / "out").open("w")

    call_command("own_reference", reference.name, consortium=team.slug, stdout=out)
    assert Reference.objects.get().account == team.account_key
    call_command("own_reference", reference.name, nobody=True, stdout=out)

    assert Reference.objects.get().account == ""
    events = Event.objects.filter(action="reference.owned")
    assert [event.after["account"] for event in events.order_by("seq")] == [team.account_key, ""]
    for arguments in ({"consortium": "nobody-of-this-name"}, {"nobody": True}):
        with pytest.raises(CommandError):
            call_command("own_reference", "unknown" if "nobody" in arguments else reference.name, **arguments)
