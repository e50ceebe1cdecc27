"""A whole hand-in by the client alone: draft, four bundles, receipt, offline check, ledger check."""

import json

import pytest
from django.core.management import CommandError, call_command

from portal.artifacts.models import Bundle
from portal.audit.selectors import published_key
from portal.client.commands.send import ROLES
from portal.custody.actions import receive_called
from portal.submissions.actions import settle_outstanding
from portal.submissions.enums import Role, State
from portal.submissions.models import Submission
from tests.client.live import make_token
from tests.factories.artifacts import write_folder, write_weights
from tests.factories.custody import drawn, staff
from tests.factories.submissions import DECLARATION, complete_draft, receiving_entry


@pytest.fixture
def team(running, tmp_path):
    entry = receiving_entry()
    owner = entry.consortium.account_key
    (tmp_path / "home").mkdir()
    return entry, running._replace(owner=owner, token=make_token(owner=owner), home=tmp_path / "home")


def test_a_hand_in_by_command_line(team, tmp_path):
    entry, portal = team
    folder = write_folder(tmp_path / "model")
    (tmp_path / "train.csv").write_text("step,loss\n0,7.6\n", encoding="utf-8")
    (tmp_path / "loss.csv").write_text("step,loss\n0,7.60\n", encoding="utf-8")
    (tmp_path / "bom.json").write_text(json.dumps(DECLARATION), encoding="utf-8")

    draft = portal.run("submissions", "--entry", str(entry.pk))["id"]
    assert portal.run("submissions")["submissions"][0]["state"] == "draft"
    portal.run("push", folder, "--submission", str(draft), "--role", "checkpoint", "--step", "100", "--tokens", "9000")
    portal.run("push", tmp_path / "train.csv", "--submission", str(draft), "--role", "training_log")
    portal.run("push", tmp_path / "loss.csv", "--submission", str(draft), "--role", "loss_curve")
    portal.run("push", tmp_path / "bom.json", "--submission", str(draft), "--role", "component_declaration")
    receipt = tmp_path / "receipt.json"
    portal.run("submit", "--submission", str(draft), "-o", receipt)

    checked = portal.run("verify", "--receipt", receipt, "--key", published_key(), folder)
    assert (checked["changed"], checked["key_from_receipt"]) == ([], False)
    assert Bundle.objects.filter(owner=portal.owner).count() == 4
    assert portal.run("receipt", "--submission", str(draft)) == json.loads(receipt.read_text(encoding="utf-8"))
    call_command("verify_ledger", "--checkpoint", str(receipt))


def test_a_hand_in_ahead_of_its_bytes(team, tmp_path):
    """Declared, handed in, and only then sent: what the deadline needs is there after seconds."""
    entry, portal = team
    folder = write_folder(tmp_path / "model")
    draft = complete_draft(entry, tmp_path)
    declared = portal.run("declare", folder, "--submission", draft.pk, "--role", "checkpoint")
    assert (declared["item"]["stored"], declared["to_send"] > 0) == (False, True)

    receipt = tmp_path / "receipt.json"
    handed = portal.run("submit", "--submission", str(draft.pk), "-o", receipt)
    assert handed["receipt"]["outstanding"] == [declared["digest"]]
    assert portal.run("verify", "--receipt", receipt)["valid"]
    portal.run("push", folder, "--submission", str(draft.pk), "--role", "checkpoint")

    assert settle_outstanding() == 1
    assert Submission.objects.get(pk=draft.pk).state == State.SUBMITTED


def test_a_changed_receipt_is_refused_everywhere(team, tmp_path):
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"receipt": {"number": "1"}, "digest": "0" * 64, "ledger": {}}), encoding="utf-8")

    assert "its text or its digest was changed" in team[1].fail("verify", "--receipt", receipt)
    with pytest.raises(CommandError, match="cannot be read as a checkpoint or a receipt"):
        call_command("verify_ledger", "--checkpoint", str(receipt))


def test_what_is_missing_is_said_in_the_portals_words(team, tmp_path):
    entry, portal = team
    draft = portal.run("submissions", "--entry", str(entry.pk))["id"]

    assert "portal-upload: " in portal.fail("submit", "--submission", str(draft))


def test_the_client_knows_every_role():
    assert set(ROLES) == set(Role.values)


def test_a_digest_is_deposited_with_a_sketch_and_the_files_follow_when_the_lot_calls_them(team, tmp_path):
    entry, portal = team
    folder = write_folder(tmp_path / "model")
    sketch = write_weights(tmp_path / "made" / "model.sketch.safetensors")
    (tmp_path / "train.log").write_text("step 1", encoding="utf-8")
    told = ["--entry", str(entry.pk), "--step", "100", "--tokens", "9000", "--log", tmp_path / "train.log"]

    proof = portal.run("commit", folder, *told, "--sketch", sketch, "-o", tmp_path / "proof.json")
    call = drawn(entry.phase, by=staff("officer")).calls.get()
    assert portal.run("deposits")["deposits"][0]["called"]["state"] == "called"
    pushed = portal.run("push", folder)

    assert json.loads((tmp_path / "proof.json").read_text(encoding="utf-8")) == proof
    checked = portal.run("deposits", "--check", tmp_path / "proof.json", "--key", published_key())
    assert (checked["step"], checked["digest"]) == (100, pushed["bundle"])
    (tmp_path / "proof.json").write_text(
        json.dumps({**proof, "deposit": proof["deposit"] | {"step": 50}}), encoding="utf-8"
    )
    assert "does not name this deposit" in portal.fail("deposits", "--check", tmp_path / "proof.json")
    assert proof["deposit"]["digest"] == call.deposit.digest == pushed["bundle"]
    assert (receive_called(), call.deposit.sketch.file_list()[0]["path"]) == (1, "sketch.safetensors")
