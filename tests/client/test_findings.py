"""Keys and personal data in files of text: found, shown masked, accepted for exactly these bytes."""

import hashlib

import numpy as np
import pytest
from safetensors.numpy import save_file

from portal.client import findings
from portal.client.commands.base import not_accepted
from portal.client.errors import ClientError
from portal.client.findings import Finding, search
from portal.client.main import main
from portal.client.sources import LocalFile

# Put together here, so that no scanner takes this file for a leak.
AWS = "AKIA" + "ABCDEFGHIJKLMNOP"
GITHUB = "ghp_" + "a1B2" * 9
FACE = "hf_" + "abcDEF1234" * 4
KEY = "-----BEGIN " + "OPENSSH PRIVATE KEY-----"


def found_in(tmp_path, text, *, name="train.log"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return search(name, LocalFile(path))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"export AWS_ID={AWS}", "AWS access key"),
        (f"remote: https://{GITHUB}@github.com", "GitHub token"),
        (FACE, "Hugging Face token"),
        (KEY, "private key"),
        ('{"api_key": "9f8e7d6c5b4a"}', "password or key"),
        ("postgres://trainer:s3cr3tpw@db.internal/x", "password in an address"),
        ("sk-" + "abcd1234" * 4, "API key"),
        ("담당: hong.gd@garam.or.kr", "e-mail address"),
        ("900101-1234567", "resident registration number"),
        ("연락처 010-1234-5678", "mobile number"),
        ('"작성자": "홍길동"', "name of a person"),
        ("author: 남궁민수", "name of a person"),
        ("output_dir=/home/hong/run1", "folder of a person"),
    ],
)
def test_what_should_not_leave_is_found(tmp_path, text, kind):
    assert kind in {finding.kind for finding in found_in(tmp_path, f"line\n{text}\n")}


@pytest.mark.parametrize(
    "text",
    [
        "step=10 loss=2.345 lr=3e-4 tokens/s=12345",
        "password=******** api_key=<your key> secret: null",
        "git@github.com noreply@garam.or.kr a@example.org",
        "999999-1234567 2026-11-22 10:00:00",
        "/home/ubuntu/run /Users/runner/x",
        "pad_token: '<pad>', 이름: 모델A",
        "1010-1234-5678",
        "user@host:/path @decorator",
    ],
)
def test_what_only_looks_alike_is_not(tmp_path, text):
    assert found_in(tmp_path, text) == []


def test_line_and_digest_are_those_of_the_file(tmp_path):
    data = b"".join(b"step %d\n" % n for n in range(300_000)) + f"{AWS}\n".encode()

    [finding] = found_in(tmp_path, data)

    assert finding == Finding("train.log", hashlib.sha256(data).hexdigest(), 300_001, "AWS access key", "AKIA*** (20)")


@pytest.mark.parametrize("shift", [-30, -21, -20, -10, -1, 0, 1])
def test_nothing_hides_on_a_seam(tmp_path, shift):
    """Windows of 1 MiB, of which the last 4 KiB are seen again."""
    for seam in (findings.WINDOW, findings.WINDOW - findings.OVERLAP):
        text = b"." * (seam + shift - 1) + b" " + AWS.encode() + b" hong@garam.or.kr " + b"." * 9000

        assert [item.kind for item in found_in(tmp_path, text)] == ["AWS access key", "e-mail address"]


def test_weights_are_not_searched_their_header_is(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file({"w": np.frombuffer(AWS.encode() * 400_000, dtype=np.uint8)}, path, metadata={"by": "hong@garam.or.kr"})

    assert "e-mail address" in {item.kind for item in search(path.name, LocalFile(path))}


def test_a_word_list_is_asked_for_keys_alone(tmp_path):
    text = f'{{"hong@garam.or.kr": 1, "{AWS}": 2}}'

    assert [item.kind for item in found_in(tmp_path, text, name="vocab.json")] == ["AWS access key"]


def test_many_findings_are_counted_no_further_than_shown(tmp_path):
    assert len(found_in(tmp_path, "hong@garam.or.kr\n" * 50_000)) == findings.PER_FILE


def test_nothing_secret_is_shown(tmp_path):
    text = f"{AWS} {GITHUB} {FACE} api_key=9f8e7d6c5b4a hong@garam.or.kr 900101-1234567"

    shown = " ".join(finding.masked for finding in found_in(tmp_path, text))

    assert not any(secret in shown for secret in (AWS[5:], GITHUB[5:], FACE[5:], "7d6c", "hong", "1234567"))


def test_an_acceptance_speaks_of_these_bytes(tmp_path):
    found = found_in(tmp_path, "hong@garam.or.kr")
    changed = found_in(tmp_path, "hong@garam.or.kr ")

    assert not_accepted(found, found[0].digest[:12]) == []
    assert not_accepted(changed, found[0].digest) == changed
    with pytest.raises(ClientError, match="too short"):
        not_accepted(found, found[0].digest[:4])


def test_a_push_stops_before_anything_is_sent(tmp_path, capsys):
    (tmp_path / "train.log").write_text(f"a\n{AWS}\n", encoding="utf-8")

    assert main(["push", str(tmp_path), "--url", "https://portal.example.org", "--token", "pt_x"]) == 1
    err = capsys.readouterr().err
    assert "train.log:2: AWS access key: AKIA***" in err
    assert "--accept-findings" in err
