import json
import subprocess
import sys

import pytest

from portal.client.main import main
from portal.common.formats.canonical import canonical_json, digest_of
from portal.common.formats.checkpoint import public_key_of, sign_checkpoint, verifier_key
from portal.common.formats.hashing import sha256_of
from portal.common.formats.merkle import leaf_hash, root_of

SEED = bytes(range(32))


@pytest.fixture
def handed_in(tmp_path):
    """A file, and the receipt over it from a ledger of one event."""
    log = tmp_path / "train.log"
    log.write_text("step 0\n", encoding="utf-8")
    document = {"number": "20261122-000001", "files": [{"path": "train.log", "sha256": sha256_of(log), "size": 7}]}
    event = {"seq": 0, "subject": "receipt:20261122-000001", "after": {"receipt": digest_of(document)}}
    note = sign_checkpoint("portal/ledger", 1, root_of([leaf_hash(canonical_json(event))]), SEED)
    ledger = {"checkpoint": note, "public_key": public_key_of(SEED).hex(), "event": event, "proof": []}
    receipt = tmp_path / "receipt.json"
    receipt.write_text(
        json.dumps({"receipt": document, "digest": digest_of(document), "ledger": ledger}), encoding="utf-8"
    )
    return log, receipt


def test_a_receipt_is_checked_without_the_portal(handed_in, capsys):
    log, receipt = handed_in
    key = verifier_key("portal/ledger", public_key_of(SEED))

    assert main(["verify", "--receipt", str(receipt), "--key", key, str(log)]) == 0

    out = capsys.readouterr().out
    assert "receipt 20261122-000001: digest, event 0 and signed checkpoint 1 hold" in out
    assert "1 local files are as handed in, 0 are not" in out


def test_without_a_key_from_outside_it_says_so(handed_in, capsys):
    assert main(["verify", "--receipt", str(handed_in[1]), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["key_from_receipt"] is True


def test_a_file_that_was_not_handed_in_like_this_is_named(handed_in, capsys):
    log, receipt = handed_in
    log.write_text("step 1\n", encoding="utf-8")

    assert main(["verify", "--receipt", str(receipt), str(log)]) == 1
    assert "not handed in like this: train.log" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "{", '{"receipt": {}}', "\udcff"])
def test_what_is_no_receipt_is_refused(tmp_path, capsys, text):
    path = tmp_path / "receipt.json"
    path.write_bytes(text.encode(errors="surrogateescape"))

    assert main(["verify", "--receipt", str(path)]) == 1
    assert "receipt.json" in capsys.readouterr().err


def test_another_key_is_refused(handed_in, capsys):
    assert main(["verify", "--receipt", str(handed_in[1]), "--key", public_key_of(bytes(32)).hex()]) == 1
    assert "is it the key of this portal" in capsys.readouterr().err


def test_a_submission_needs_its_role(tmp_path, capsys):
    assert main(["push", str(tmp_path), "--submission", "3"]) == 1
    assert "--role belong together" in capsys.readouterr().err


def test_the_client_runs_without_the_portals_libraries():
    blocked = (
        "import sys; sys.modules.update(dict.fromkeys(['django', 'rest_framework', 'torch', 'numpy', 'celery']))\n"
    )
    script = f"{blocked}from portal.client.main import main\nmain(['--help'])"

    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert "push" in result.stdout, result.stderr
