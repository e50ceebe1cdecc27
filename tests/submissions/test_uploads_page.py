"""Uploads on the page of a hand-in: what is on its way, and the part that an upload from the page plays."""

import io
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.artifacts.actions import declare_upload, write_part
from portal.artifacts.models import Upload
from portal.submissions import by_browser
from portal.submissions.actions import add_upload, open_draft, submit
from portal.submissions.enums import Role
from tests.factories.accounts import make_user, sign_in
from tests.factories.artifacts import manifest_from, noise, part_of, send_all
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.submissions import ACTOR, DECLARATION, complete_draft

pytestmark = pytest.mark.django_db

LOG = {"runs/train.log": noise(2500), "runs/val.log": noise(300, seed=1)}
WEIGHTS = {"model.safetensors": noise(600)}


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    settings.UPLOADS = {"min_part_size": 1, "disk_reserve_bytes": 0, "quota_bytes": 20_000}


@pytest.fixture
def member():
    return make_user("team")


@pytest.fixture
def draft(member):
    return open_draft(make_entry(make_phase("receiving"), consortium=make_consortium(manager=member)), actor=ACTOR)


@pytest.fixture
def page(member, client):
    return sign_in(client, member)


def declare(draft, files, *, owner=None):
    manifest = manifest_from(files)
    return declare_upload(manifest, owner=owner or draft.entry.consortium.account_key, actor=ACTOR, label="기록")


def fragment(page, draft):
    return page.get(reverse("submissions:uploads", kwargs={"submission": draft.pk})).content.decode()


def use(page, draft, upload, role):
    address = reverse("submissions:use_upload", kwargs={"submission": draft.pk, "upload": upload.pk})
    return page.post(address, {"role": role})


def test_the_list_follows_the_bytes(page, draft):
    assert "data-upload" not in fragment(page, draft)

    upload = declare(draft, LOG)
    data = LOG["runs/train.log"]
    for number in range(2):
        write_part(upload, index=0, number=number, stream=io.BytesIO(part_of(data, number)), length=1000)
    shown = fragment(page, draft)

    assert 'data-held="2000" data-total="2800"' in shown
    assert 'value="71"' in shown
    assert "runs/train.log, runs/val.log" in shown


def test_only_what_a_browser_can_carry_goes_on_there(page, draft):
    declare(draft, LOG)
    declare(draft, WEIGHTS)

    offers = re.findall(r'data-again="([^"]+)"', fragment(page, draft))

    assert len(offers) == 1
    assert json.loads(offers[0].replace("&quot;", '"'))["folder"] is True


def test_uploads_of_other_accounts_are_not_shown(page, draft):
    declare(draft, LOG, owner="consortium:999")

    assert "data-upload" not in fragment(page, draft)


def test_a_refusal_stays_for_three_days(page, draft):
    upload = declare(draft, LOG)
    refusal = {"error": "file_refused", "detail": "The file is not accepted.", "where": "runs/val.log", "hint": "?"}
    Upload.objects.filter(pk=upload.pk).update(state="refused", refusal=refusal)
    assert "runs/val.log: The file is not accepted." in fragment(page, draft)

    Upload.objects.filter(pk=upload.pk).update(active_at=timezone.now() - timezone.timedelta(days=4))
    assert "data-upload" not in fragment(page, draft)


def test_an_upload_plays_its_part_before_its_bytes_are_here(page, draft):
    upload = declare(draft, LOG)

    answer = use(page, draft, upload, Role.TRAINING_LOG)

    assert (answer.status_code, answer.json()["stored"]) == (200, False)
    assert draft.items.get().upload == upload
    assert f"{draft.items.get().pk}:" in re.search(r'data-stand="([^"]*)"', fragment(page, draft))[1]


def test_a_declaration_waits_for_its_bytes(page, draft):
    files = {"bom.json": json.dumps(DECLARATION).encode()}
    upload = declare(draft, files)
    assert use(page, draft, upload, Role.COMPONENT_DECLARATION).status_code == 202
    assert not draft.items.exists()

    send_all(upload, files)


@pytest.mark.parametrize("role", ["", "checkpoint", "nothing"])
def test_roles_of_the_client_are_refused(page, draft, role):
    answer = use(page, draft, declare(draft, LOG), role)

    assert (answer.status_code, answer.json()["where"]) == (422, "role")


def test_a_foreign_upload_is_not_there(page, draft):
    assert use(page, draft, declare(draft, LOG, owner="consortium:999"), Role.TRAINING_LOG).status_code == 404


def test_an_upload_that_ended_is_refused_in_words(page, draft):
    upload = declare(draft, LOG)
    Upload.objects.filter(pk=upload.pk).update(state="expired")

    answer = use(page, draft, upload, Role.TRAINING_LOG)

    assert answer.status_code == 422
    assert set(answer.json()) == {"error", "detail", "where", "hint"}


def test_the_page_says_the_rules_before_a_byte_leaves(page, draft):
    shown = page.get(reverse("submissions:submission", kwargs={"submission": draft.pk})).content.decode()
    rules = json.loads(
        re.search(r'<script id="upload-rules" type="application/json">(.*?)</script>', shown, re.DOTALL)[1]
    )

    assert rules["account"] == draft.entry.consortium.account_key
    assert (rules["part_size"], rules["room"]) == (by_browser.PART_SIZE, 20_000)
    assert ".safetensors" in rules["weights"]
    assert ".zip" in rules["archives"]
    assert not set(rules["text"]) & {*rules["weights"], *rules["archives"]}
    assert all(f'value="{role}"' in shown for role in by_browser.ROLES)
    assert 'value="checkpoint"' not in shown


def test_once_sealed_the_page_takes_what_is_outstanding_and_nothing_new(page, draft, tmp_path):
    whole = complete_draft(draft.entry, tmp_path)
    whole.items.get(role=Role.TRAINING_LOG).delete()
    add_upload(whole, role=Role.TRAINING_LOG, upload=declare(draft, LOG), actor=ACTOR)
    submit(whole, actor=ACTOR)

    shown = page.get(reverse("submissions:submission", kwargs={"submission": draft.pk})).content.decode()

    rules = json.loads(
        re.search(r'<script id="upload-rules" type="application/json">(.*?)</script>', shown, re.DOTALL)[1]
    )
    assert rules["urls"]["use"] == ""
    assert "data-again" in shown
    assert 'id="upload-role"' not in shown
