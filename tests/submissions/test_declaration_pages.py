"""Declarations typed on a page: rows without script, a draft that is kept, a file of another tool, and the same reading as a file."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.submissions.actions import open_draft, submit
from portal.submissions.components import parse_declaration
from portal.submissions.enums import Role
from portal.submissions.models import DeclarationDraft
from portal.submissions.selectors import declared_components, declared_training
from tests.factories.accounts import make_user
from tests.factories.consortia import make_consortium, make_entry
from tests.factories.programmes import make_phase
from tests.factories.submissions import ACTOR, complete_draft

pytestmark = pytest.mark.django_db
PART = {
    "parts-0-part": "언어 모델",
    "parts-0-name": "가람-7B",
    "parts-0-origin": "own",
    "parts-0-licence": "Apache-2.0",
    "parts-0-training": "from_scratch",
    "parts-0-percent": "93.5",
}
SECOND = {
    "parts-1-part": "비전 인코더",
    "parts-1-name": "Enc",
    "parts-1-origin": "Public Encoder",
    "parts-1-training": "frozen",
    "parts-1-percent": "6.5",
    "parts-1-ancestors": "Public Encoder " + "AB" * 32 + "\nAnother one",
}


def counted(values, prefix="parts", count=None):
    rows = {name.split("-")[1] for name in values if name.startswith(f"{prefix}-")}
    return {
        **values,
        f"{prefix}-TOTAL_FORMS": str(len(rows) if count is None else count),
        f"{prefix}-INITIAL_FORMS": "0",
    }


@pytest.fixture
def team(client):
    user = make_user("team")
    client.force_login(user)
    return make_consortium(manager=user)


@pytest.fixture
def draft(team):
    return open_draft(make_entry(make_phase("receiving"), consortium=team), actor=ACTOR)


def page(draft, kind="components"):
    return reverse(f"submissions:{kind}", args=[draft.pk])


def test_rows_come_and_go_and_what_is_typed_stays(client, draft):
    added = client.post(page(draft), counted(PART) | {"do": "add:parts"})
    shown = client.get(added.url).content.decode()

    assert added.url.endswith("#parts-row-2")
    assert 'id="parts-row-2"' in shown
    assert "가람-7B" in shown
    client.post(page(draft), counted(PART, count=2) | {"do": "remove:parts:1"})
    assert DeclarationDraft.objects.get().values["parts-TOTAL_FORMS"] == "1"
    assert not draft.items.exists(), "what is kept is no part of the hand-in"


def test_a_finished_declaration_becomes_the_file_it_stands_for(client, draft):
    client.post(page(draft), {"do": "keep", **counted(PART)})

    answer = client.post(page(draft), counted({**PART, **SECOND}) | {"do": "use"})

    assert answer.url == reverse("submissions:submission", args=[draft.pk])
    first, second = declared_components(draft)
    assert (first.part, str(first.share_of_parameters)) == ("언어 모델", "0.935")
    assert [(row.name, row.digest) for row in second.ancestors] == [("Public Encoder", "ab" * 32), ("Another one", "")]
    assert not DeclarationDraft.objects.exists()
    export = client.get(reverse("submissions:components_file", args=[draft.pk]))
    assert parse_declaration(export.content) == (first, second)
    assert "Another one" in client.get(page(draft)).content.decode(), "the page goes on from the declaration"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({**PART, "parts-0-percent": "120"}, "100"),
        ({**PART, "parts-0-training": ""}, "parts-0-training"),
        ({**PART, **SECOND, "parts-1-percent": "7"}, "100.5"),
        ({"parts-0-part": ""}, "error"),
        ({**PART, "parts-0-name": "x\x07y"}, "U+0007"),
    ],
)
def test_what_is_wrong_is_said_and_kept(client, draft, values, text):
    answer = client.post(page(draft), counted(values) | {"do": "use"})

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not draft.items.exists()
    assert DeclarationDraft.objects.filter(submission=draft).exists()


def test_a_nul_character_is_left_out(client, draft):
    client.post(page(draft), counted({**PART, "parts-0-name": "x\x00y"}) | {"do": "keep"})

    assert DeclarationDraft.objects.get().values["parts-0-name"] == "xy"


def test_a_file_of_another_tool_fills_the_rows(client, draft):
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [
            {"type": "machine-learning-model", "name": "Imported", "licenses": [{"license": {"id": "MIT"}}]}
        ],
    }
    file = SimpleUploadedFile("bom.json", json.dumps(document).encode())

    answer = client.post(page(draft), {"do": "import", "file": file, **counted(PART)}, follow=True)

    assert "Imported" in answer.content.decode()
    assert "가람-7B" not in answer.content.decode()
    wrong = SimpleUploadedFile("bom.json", b"{}")
    answer = client.post(page(draft), {"do": "import", "file": wrong, **counted(PART)}, follow=True)
    assert "specVersion" in answer.content.decode()
    assert "가람-7B" in answer.content.decode(), "a file that cannot be read replaces nothing"


TRAINING = {
    "vocabulary": "32000",
    "optimiser_name": "adamw",
    "optimiser_beta2": "0.95",
    "optimiser_others_for": "*.embed*\n",
    "schedule_kind": "cosine",
    "schedule_peak": "0.0003",
    "schedule_total_steps": "1000",
    "started": "2026-01-02",
    "events-0-step": "10",
    "events-0-kind": "restart",
}
LISTS = ("init", "rate_groups", "own_compute", "events")


def training(values):
    for name in LISTS:
        values = counted(values, name)
    return {**values, "do": "use"}


def test_a_training_declaration_is_typed(client, draft):
    answer = client.post(page(draft, "training"), training(TRAINING))

    assert answer.status_code == 302
    found = declared_training(draft)
    assert (found.vocabulary, found.optimiser.others_for, found.schedule.peak) == (32000, ("*.embed*",), 0.0003)
    assert [(row.step, row.kind) for row in found.events] == [(10, "restart")]
    assert found.clip is None
    shown = client.get(page(draft, "training")).content.decode()
    assert 'value="0.0003"' in shown
    assert 'value="10"' in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schedule_kind": ""}, "schedule_kind"),
        ({"schedule_warmup_steps": "2000"}, "schedule_warmup_steps"),
        ({"optimiser_beta2": "1"}, "optimiser_beta2"),
        ({"started": "yesterday"}, "started"),
        ({"vocabulary": "many"}, "vocabulary"),
    ],
)
def test_a_fault_of_the_training_declaration_stands_at_its_input(client, draft, changes, field):
    answer = client.post(page(draft, "training"), training({**TRAINING, **changes}))

    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()


def test_a_version_that_is_handed_in_is_shown_and_not_changed(client, team, tmp_path):
    whole = complete_draft(make_entry(make_phase("receiving"), consortium=team), tmp_path)
    submit(whole, actor=ACTOR)

    answer = client.post(page(whole), counted(PART) | {"do": "use"})

    assert answer.status_code == 200
    assert "decoder" in answer.content.decode()
    assert not DeclarationDraft.objects.exists()
    assert whole.items.filter(role=Role.COMPONENT_DECLARATION).count() == 1
