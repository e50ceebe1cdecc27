"""A team registers, is joined by a second institution, enters, uploads with the real client and hands in."""

import json
import re
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import expect

from tests.client.live import LivePortal
from tests.e2e.server import in_portal
from tests.e2e.way.opening import PHASE
from tests.e2e.way.people import GARAM, MEMBER
from tests.e2e.way.stage import Stage
from tests.e2e.way.walker import Walker
from tests.factories.accounts import PASSWORD
from tests.factories.artifacts import write_weights
from tests.factories.submissions import DECLARATION

GIVEN = "가람 담당 2"


def register(garam: Walker) -> None:
    garam.menu("My team")
    garam.shot("05-team-home-empty")
    garam.follow("My consortia")
    garam.follow("Register a consortium")
    garam.fill("Consortium, name in Korean", "가람 컨소시엄")
    garam.fill("Consortium, name in English", "Garam consortium")
    garam.fill("Short name for addresses", "garam")
    garam.fill("Institution, name in Korean", "가람 연구원")
    garam.fill("Institution, name in English", "Garam Institute")
    garam.fill("Business registration number", "111-11-1111")
    garam.press("Register")
    garam.see("Enter the ten digits of the number")
    garam.shot("06-register-refused")
    garam.fill("Business registration number", "111-11-11111")
    garam.press("Register")
    garam.told("The consortium is registered")


def join(stage: Stage, garam: Walker) -> None:
    """The second institution's contact opens the mailed address, makes an account and gives its consent."""
    garam.follow("Invite an institution")
    garam.fill("Institution, name in Korean", "가람 대학교")
    garam.fill("Institution, name in English", "Garam University")
    garam.fill("Business registration number", "3333333333")
    garam.fill("Email address of its contact", MEMBER)
    garam.press("Send the invitation")
    garam.told("The invitation is on its way")
    contact = stage.person("contact")
    contact.tab.goto(_mailed_address(stage.var))
    contact.shot("07-invitation")
    contact.fill("Name", GIVEN)
    contact.fill("Password", PASSWORD)
    contact.fill("Password, once more", PASSWORD)
    contact.press("Accept and open the account")
    contact.told("Your account is ready")
    contact.menu("My consortia")
    contact.follow("Garam University in Garam consortium")
    contact.press("Accept for the institution")
    contact.told("Your institution is a member")


def _mailed_address(var: Path) -> str:
    in_portal(var, "manage.py", "reconcile", "--once")  # the letters leave
    (mail,) = (var / "mail").iterdir()
    body = message_from_bytes(mail.read_bytes(), policy=policy.default).get_content()
    return re.findall(r"http://\S+", body)[-1]  # the English half comes last


def enter(garam: Walker, *, rules: str) -> None:
    garam.menu("My consortia")
    garam.follow("Garam consortium")
    garam.see("Garam University")
    garam.follow(re.compile(f"{PHASE}$"))
    garam.see(rules)
    garam.press("Enter the phase")
    garam.told("The consortium has entered the phase")
    garam.shot("08-consortium", key=True)
    garam.korean("08-consortium")


def issue_token(garam: Walker) -> str:
    """The secret, which stands on one page once."""
    garam.follow("Issue a token")
    garam.fill("Name of the token", "training cluster")
    garam.press("Issue the token")
    garam.see("This is the only time the secret is shown")
    secret = garam.main.locator("dt", has_text="Secret").locator("xpath=following-sibling::dd[1]/code").inner_text()
    garam.shot("09-token")
    garam.follow("Back to the consortium")
    assert secret not in garam.tab.content()
    return secret


def hand_in(stage: Stage, garam: Walker, token: str) -> None:
    garam.menu("My team")
    garam.press("Start the hand-in")
    garam.see("Some required parts are still missing")
    garam.shot("10-draft-empty")
    number = re.search(r"--submission (\d+)", garam.main.inner_text())[1]
    _push(stage.client(token), stage.folder, number)
    garam.tab.reload()
    expect(garam.main.get_by_text("stored and verified", exact=True)).to_have_count(4)
    garam.shot("11-draft-full", key=True)
    garam.korean("11-draft-full")
    garam.press("Hand in for good")
    garam.see("This field is required")
    garam.shot("11-not-confirmed")
    garam.tick("The files listed above are complete")
    garam.tick("The component declaration is true")
    stage.others("idle", GARAM)
    garam.press("Hand in for good")
    garam.told("Handed in. This is your receipt")
    assert garam.proofs == 1
    garam.shot("13-receipt", key=True)
    garam.korean("13-receipt")
    _check_receipt(stage, garam)


def _push(client: LivePortal, folder: Path, number: str) -> None:
    """What the page shows: one command per part. A pickle is refused before a byte is sent."""
    pickle = folder / "pickle" / "pytorch_model.bin"
    pickle.parent.mkdir()
    pickle.write_bytes(b"\x80\x04\x95")
    told = client.fail("push", pickle, "--submission", number, "--role", "checkpoint")
    assert "pytorch_model.bin" in told
    assert "safetensors" in told
    for role, path in _parts(folder).items():
        done = client.run("push", path, "--submission", number, "--role", role)
        assert done["item"]["role"] == role


def _parts(folder: Path) -> dict[str, Path]:
    here = folder / "garam"
    write_weights(here / "model" / "model.safetensors", seed=1)
    (here / "model" / "config.json").write_text(json.dumps({"vocab_size": 2048}), encoding="utf-8")
    (here / "logs").mkdir()
    (here / "logs" / "train.csv").write_text("step,loss\n0,7.6\n1,7.5\n", encoding="utf-8")
    (here / "loss.csv").write_text("step,loss\n0,7.6\n1,7.5\n", encoding="utf-8")
    (here / "bom.json").write_text(json.dumps(DECLARATION), encoding="utf-8")
    return {
        "checkpoint": here / "model",
        "training_log": here / "logs",
        "loss_curve": here / "loss.csv",
        "component_declaration": here / "bom.json",
    }


def _check_receipt(stage: Stage, garam: Walker) -> None:
    """The file proves itself on a machine that knows nothing but it."""
    expect(garam.main.locator("pre code")).to_contain_text("—")  # the signature line of the checkpoint
    with garam.tab.expect_download() as download:
        garam.main.get_by_role("link", name="Download the receipt").click()
    file = stage.folder / "receipt.json"
    download.value.save_as(file)
    assert stage.client().run("verify", "--receipt", file)["valid"] is True
