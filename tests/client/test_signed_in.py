"""Against the real server: signing in by a code, and what may change while somebody pushes."""

import json
import os
import time

import pytest
from django.utils import timezone

from portal.accounts.actions import approve_device, claim_device, deny_device, issue_token, revoke_token
from portal.accounts.models import ApiToken, DeviceGrant
from portal.artifacts.conf import StoreSettings
from portal.artifacts.models import StorageAccount, Upload, UploadPart
from portal.consortia.enums import MemberRole
from tests.client.live import make_token
from tests.factories.accounts import make_user
from tests.factories.artifacts import write_folder
from tests.factories.consortia import join, make_consortium

PATIENCE = 60  # seconds; machines are shared


@pytest.fixture
def team(portal):
    """A manager of a team, and a machine on which nobody is signed in."""
    consortium = make_consortium()
    manager = join(consortium, user=make_user("team"), role=MemberRole.MANAGER).user
    return portal._replace(token="", owner=consortium.account_key), manager


def code_of(client):
    """What the program shows to be typed."""
    lines = iter(client.stderr.readline, "")
    return next(line.strip().replace("-", "") for line in lines if len(line.strip()) == 9 and "-" in line)


def test_a_machine_is_signed_in_by_a_code(team, tmp_path):
    portal, manager = team
    client = portal.start("login")
    grant = claim_device(code_of(client), user=manager)
    approve_device(grant, user=manager, account_key=portal.owner, days=7)
    out, err = client.communicate(timeout=PATIENCE)

    assert client.returncode == 0, err
    assert json.loads(out)["account"] == portal.owner
    assert "portal-upload (" in ApiToken.objects.get(user=manager).label
    assert portal.run("push", write_folder(tmp_path / "model"))["files"] == 4
    states = {line["check"]: line["state"] for line in portal.run("doctor")["lines"]}
    assert states == {"names": "ok", "disk": "ok", "network": "ok", "clock": "ok", "token": "warn", "quota": "ok"}
    portal.run("logout")
    assert ApiToken.objects.get(user=manager).state == "revoked"
    assert "No portal or no token" in portal.fail("status")


def test_a_refused_code_ends_the_waiting(team):
    portal, manager = team
    client = portal.start("login")
    deny_device(claim_device(code_of(client), user=manager), user=manager)
    _, err = client.communicate(timeout=PATIENCE)

    assert client.returncode == 1
    assert "refused on the portal's page" in err
    assert not DeviceGrant.objects.filter(user=manager, state="redeemed").exists()


def test_a_token_that_is_revoked_midway_loses_nothing(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    upload = portal.run("declare", folder)["id"]
    revoke_token(ApiToken.objects.get(account_key=portal.owner), actor="system")

    message = portal.fail("push", folder)
    assert "This token is revoked" in message
    assert "portal-upload login" in message

    again = portal._replace(token=make_token(owner=portal.owner))
    assert again.run("push", folder)["upload"] == upload


def test_a_quota_that_is_lowered_midway_binds_the_next_declaration(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    portal.run("declare", folder)
    StorageAccount.objects.filter(owner=portal.owner).update(limit=1)

    assert portal.run("push", folder)["files"] == 4  # its room was reserved before
    (folder / "more.txt").write_text("more", encoding="utf-8")
    message = portal.fail("push", folder)
    assert "4 bytes do not fit" in message
    assert "needed" not in message


def test_a_dry_run_says_what_is_there_already(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    new = portal.run("push", "--dry-run", folder)["plan"]
    assert (new["id"], new["held"]) == (None, 0)
    assert not Upload.objects.filter(owner=portal.owner).exists()
    assert not StorageAccount.objects.filter(owner=portal.owner).exists()

    pushed = portal.run("push", folder)
    (folder / "more.txt").write_text("more", encoding="utf-8")
    plan = portal.run("push", "--dry-run", folder)["plan"]
    assert (plan["id"], plan["bytes"] - plan["held"], list(plan["missing"])) == (None, 4, ["more.txt"])
    (folder / "more.txt").unlink()
    assert portal.run("push", "--dry-run", folder)["plan"]["id"] == pushed["upload"]


def test_a_dry_run_meets_the_refusals_of_the_real_one(portal, tmp_path):
    StorageAccount.objects.create(owner=portal.owner, limit=1)

    assert "do not fit" in portal.fail("push", "--dry-run", write_folder(tmp_path / "model"))


def test_a_file_that_changed_since_it_was_declared_is_named(portal, tmp_path):
    """The size stays, and so does the time: only the bytes tell, as the portal finds out."""
    log = tmp_path / "train.log"
    log.write_text("first\n", encoding="utf-8")
    past = time.time() - 3600
    os.utime(log, (past, past))
    declared = portal.run("declare", log)
    log.write_text("other\n", encoding="utf-8")
    os.utime(log, (past, past))

    message = portal.fail("push", log)

    assert f"{log}: The file has changed since it was declared" in message
    assert f"portal-upload cancel {declared['id']}" in message
    assert not UploadPart.objects.filter(upload=declared["id"]).exists()


def test_a_file_of_the_future_is_hashed_anew(portal, tmp_path):
    """Clocks of file servers differ: a time of change that is still to come proves nothing."""
    log = tmp_path / "train.log"
    log.write_text("first\n", encoding="utf-8")
    ahead = time.time() + 3600
    os.utime(log, (ahead, ahead))
    portal.run("declare", log)
    log.write_text("other\n", encoding="utf-8")
    os.utime(log, (ahead, ahead))

    assert portal.run("push", log)["sent_bytes"] == 6


def test_an_upload_is_given_up(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    declared = portal.run("declare", folder)

    assert portal.run("cancel", declared["id"])["state"] == "cancelled"
    assert portal.run("status", declared["id"])["state"] == "cancelled"
    assert portal.run("push", folder)["upload"] != declared["id"]


def test_findings_go_only_when_they_are_accepted(portal, tmp_path):
    log = tmp_path / "train.log"
    log.write_text("contact hong@garam.or.kr\n", encoding="utf-8")

    message = portal.fail("push", log)
    assert "train.log:1: e-mail address: h***@garam.or.kr" in message
    assert not Upload.objects.filter(owner=portal.owner).exists()
    accepted = message.rpartition("--accept-findings ")[2].strip()

    assert portal.run("push", log, "--accept-findings", accepted)["files"] == 1


def test_the_quota_on_the_doctors_page_is_that_of_the_account(portal, tmp_path):
    folder = write_folder(tmp_path / "model")
    pushed = portal.run("push", folder)
    token, secret = issue_token(user=make_user("team"), account_key=portal.owner, scopes=["upload"], days=1)
    lines = portal._replace(token=secret).run("doctor")["lines"]

    assert [line["state"] for line in lines if line["check"] == "token"] == ["warn"]
    assert any("of 4.00 TiB" in line["text"] for line in lines if line["check"] == "quota")
    assert pushed["bytes"] < StoreSettings().quota_bytes
    assert token.expires_at > timezone.now()
