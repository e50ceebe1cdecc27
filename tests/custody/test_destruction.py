"""Destruction needs a period that is over, nothing in the way and two people; then no readable byte is left."""

import shutil

import pytest
from django.core.exceptions import PermissionDenied

from portal.artifacts.actions import cancel_upload, declare_upload, materialise, require_bytes, store_folder
from portal.artifacts.errors import ArtifactError
from portal.artifacts.models import Blob, Bundle
from portal.artifacts.stores import current_store
from portal.artifacts.stores.masters import add_to_key_file
from portal.audit.models import Event
from portal.calls.models import Application
from portal.custody import actions, registry
from portal.custody.actions import destroying
from portal.custody.errors import CustodyError
from portal.custody.models import Destruction
from portal.custody.selectors.retention import in_the_way
from portal.letters.models import Letter, OfficialNumber
from portal.submissions.actions import add_item, open_draft, remove_item
from tests.factories.artifacts import manifest_of, write_folder
from tests.factories.calls import CallScene
from tests.factories.consortia import make_entry
from tests.factories.custody import make_due, proposed, staff
from tests.factories.programmes import make_phase
from tests.factories.submissions import handed_in, receiving_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def key_file(settings, tmp_path):
    """From here on the store is sealed."""
    settings.STORE_KEY_FILE = tmp_path / "master.key"
    add_to_key_file(settings.STORE_KEY_FILE)


@pytest.fixture
def entry(tmp_path):
    found = receiving_entry()
    handed_in(found, tmp_path / "files")
    return found


def bytes_in(folder, needles):
    """Which of the byte strings any file below the folder holds."""
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [needle for needle in needles if any(needle in content for content in contents)]


def needles_of(folder):
    """A piece out of the middle of each file."""
    return [data[len(data) // 3 :][:64] for path in folder.rglob("*") if path.is_file() and (data := path.read_bytes())]


def test_two_people_decide_and_no_readable_byte_is_left(entry, tmp_path, store):
    officer, decider = staff("officer", "decider"), staff("decider")
    weights = needles_of(tmp_path / "files") and needles_of(next((tmp_path / "files").glob("*/model")))
    assert bytes_in(store, weights) == weights
    row = proposed(entry, officer=officer)

    with pytest.raises(PermissionDenied):
        actions.approve_destruction(row, by=officer)
    actions.approve_destruction(row, by=decider)
    assert (actions.carry_out_destructions(), actions.carry_out_destructions()) == (1, 0)

    row.refresh_from_db()
    checkpoint = row.items.get(role="checkpoint").bundle
    assert bytes_in(store, weights) == []
    assert checkpoint.destroyed_at is not None
    assert not Blob.objects.filter(sha256__in=[file["sha256"] for file in checkpoint.file_list()]).exists()
    assert row.document["objects_removed"] == len(row.objects_removed) == 3
    assert row.document["number"] == str(OfficialNumber.objects.get(kind="destruction"))
    assert Letter.objects.filter(kind="checkpoint_destroyed").count() == 1
    last = Event.objects.order_by("seq").last()
    assert (last.action, last.after["digest"]) == ("custody.destroyed", row.digest)


def test_a_sealed_store_holds_no_readable_byte_before_and_after(tmp_path, store, key_file):
    entry = receiving_entry()
    handed_in(entry, tmp_path / "sealed")
    weights = needles_of(next((tmp_path / "sealed").glob("*/model")))
    before = {path.name for path in store.rglob("sealed/*/*/*")}
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()

    row.refresh_from_db()
    assert bytes_in(store, weights) == []
    assert before - {path.name for path in store.rglob("sealed/*/*/*")} == set(row.objects_removed)
    assert (row.document["encrypted_at_rest"], row.document["key_destroyed"]) == (
        True,
        False,
    )  # the record stays readable


def test_with_the_last_files_goes_the_key_and_a_backup_of_the_store_is_of_no_use(tmp_path, store, key_file):
    entry = receiving_entry()
    owner = entry.consortium.account_key
    bundle = store_folder(write_folder(tmp_path / "loose"), owner=owner, actor="user:1")
    shutil.copytree(store, tmp_path / "backup")
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()

    row.refresh_from_db()
    assert (row.document["key_destroyed"], Blob.objects.filter(owner=owner).count()) == (True, 0)
    assert [path for path in store.rglob("sealed/*/*/*") if path.is_file()] == []
    shutil.copytree(tmp_path / "backup", store, dirs_exist_ok=True)
    with pytest.raises(ArtifactError) as refusal:
        current_store().open(owner, bundle.file_list()[0]["sha256"])
    assert refusal.value.code == "store_key"


def test_what_is_no_checkpoint_stays_as_the_record(entry):
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()

    left = Bundle.objects.filter(destroyed_at=None, owner=entry.consortium.account_key)
    assert left.count() == 2  # loss curve and declaration
    for bundle in left:
        require_bytes(bundle)


def test_reading_what_was_destroyed_is_refused_with_the_day(entry, tmp_path):
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()

    with pytest.raises(ArtifactError, match="destroyed on") as refusal:
        materialise(row.items.get(role="checkpoint").bundle, tmp_path / "out", reader="job:1", purpose="benchmark")
    assert refusal.value.code == "destroyed"


def test_the_same_files_may_come_again(entry, tmp_path):
    folder = next((tmp_path / "files").glob("*/model"))
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()

    again = store_folder(folder, owner=entry.consortium.account_key, actor="user:1")

    old = row.items.get(role="checkpoint").bundle
    assert (again.digest, again.destroyed_at) == (old.digest, None)
    materialise(again, tmp_path / "out", reader="job:1", purpose="benchmark")


def test_a_file_that_another_bundle_uses_stays(entry, tmp_path):
    model = next((tmp_path / "files").glob("*/model"))
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "config.json").write_bytes((model / "config.json").read_bytes())
    row = proposed(entry, officer=staff("officer"))
    later = store_folder(shared, owner=entry.consortium.account_key, actor="user:1")  # after the list was made
    actions.approve_destruction(row, by=staff("decider"))
    actions.carry_out_destructions()

    materialise(later, tmp_path / "out", reader="job:1", purpose="benchmark")


def test_what_another_entry_still_needs_stays_until_that_entry_is_due(entry, tmp_path):
    later = make_entry(make_phase("receiving"), consortium=entry.consortium)
    checkpoint = entry.submissions.get().items.get(role="checkpoint").bundle
    add_item(open_draft(later, actor="user:1"), role="initial_checkpoint", bundle=checkpoint, actor="user:1", step=0)

    row = proposed(entry, officer=staff("officer"))

    assert set(row.items.values_list("role", flat=True)) == {"training_log"}


def test_another_entry_that_is_due_keeps_its_files_while_it_is_on_hold(entry):
    """And what its own rule does not destroy."""
    officer = staff("officer")
    later = make_entry(make_phase("receiving"), consortium=entry.consortium)
    items = entry.submissions.get().items
    draft = open_draft(later, actor="user:1")
    add_item(draft, role="initial_checkpoint", bundle=items.get(role="checkpoint").bundle, actor="user:1", step=0)
    make_due(later.phase, officer=officer, roles=("initial_checkpoint",))
    actions.place_hold(later, reason="소송", by=officer)

    row = proposed(entry, officer=officer)

    assert set(row.items.values_list("role", flat=True)) == {"training_log"}
    actions.drop_destruction(row, reason="다시", by=officer)
    actions.lift_hold(later.holds.get(), reason="취하", by=officer)
    assert set(proposed(entry, officer=officer).items.values_list("role", flat=True)) == {"checkpoint", "training_log"}


def test_files_that_came_to_be_used_after_the_list_was_made_are_not_destroyed(entry):
    officer, decider = staff("officer"), staff("decider")
    row = proposed(entry, officer=officer)
    checkpoint = row.items.get(role="checkpoint").bundle
    later = make_entry(make_phase("receiving"), consortium=entry.consortium)
    draft = open_draft(later, actor="user:1")
    item = add_item(draft, role="initial_checkpoint", bundle=checkpoint, actor="user:1", step=0)

    with pytest.raises(CustodyError, match=r"used elsewhere|다른 곳에 쓰이고"):
        actions.approve_destruction(row, by=decider)
    remove_item(item, actor="user:1")
    actions.approve_destruction(row, by=decider)


def test_a_hold_that_comes_after_the_approval_stops_the_portal_too(entry):
    officer = staff("officer")
    row = proposed(entry, officer=officer)
    actions.approve_destruction(row, by=staff("decider"))
    hold = actions.place_hold(entry, reason="소송", by=officer)

    assert actions.carry_out_destructions() == 0
    require_bytes(row.items.get(role="checkpoint").bundle)
    actions.lift_hold(hold, reason="취하", by=officer)
    assert actions.carry_out_destructions() == 1


def test_the_plan_of_an_application_is_no_forgotten_upload(entry, tmp_path):
    scene = CallScene()
    call = scene.open()
    plan = store_folder(write_folder(tmp_path / "plan", seed=7), owner=entry.consortium.account_key, actor="user:1")
    Application.objects.create(call=call, consortium=entry.consortium, plan_bundle=plan)

    row = proposed(entry, officer=staff("officer"))

    assert not row.items.filter(bundle=plan).exists()


def test_uploads_that_were_never_handed_in_go_too(entry, tmp_path):
    loose = store_folder(write_folder(tmp_path / "loose", seed=9), owner=entry.consortium.account_key, actor="user:1")

    row = proposed(entry, officer=staff("officer"))

    assert row.items.get(bundle=loose).role == "unused"


@pytest.mark.parametrize("reason", ["period", "final", "hold", "dispute"])
def test_nothing_is_destroyed_while_something_is_in_the_way(entry, reason, monkeypatch):
    officer = staff("officer")
    if reason == "final":
        actions.set_retention(entry.phase.programme, days=0, roles=["checkpoint"], reason="규정", by=officer)
    if reason in {"period", "hold", "dispute"}:
        make_due(entry.phase, officer=officer)
    if reason == "period":
        actions.set_retention(
            entry.phase.programme, phase=entry.phase, days=30, roles=["checkpoint"], reason="연장", by=officer
        )
    if reason == "hold":
        actions.place_hold(entry, reason="소송", by=officer)
    if reason == "dispute":
        monkeypatch.setitem(registry._sources, "test", lambda found: ["이의가 열려 있다"])
    entry.refresh_from_db()

    assert in_the_way(entry)
    with pytest.raises(CustodyError):
        actions.propose_destruction(entry, reason="끝", by=officer)


def test_a_hold_that_comes_after_the_proposal_stops_the_approval(entry):
    officer = staff("officer")
    row = proposed(entry, officer=officer)
    hold = actions.place_hold(entry, reason="소송", by=officer)

    with pytest.raises(CustodyError, match="소송"):
        actions.approve_destruction(row, by=staff("decider"))
    actions.lift_hold(hold, reason="취하", by=officer)
    actions.approve_destruction(row, by=staff("decider"))


def test_a_pass_that_was_killed_is_gone_on_with(entry, monkeypatch, store):
    """Between forgetting and removing, and between removing and certifying."""
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    for step in ("remove_objects", "_certify"):
        with monkeypatch.context() as patch:
            patch.setattr(destroying, step, _killed)
            with pytest.raises(KeyboardInterrupt):
                actions.carry_out_destructions()
    actions.carry_out_destructions()

    row.refresh_from_db()
    assert (row.state, row.document["objects_removed"]) == ("done", 3)


def _killed(*arguments, **options):
    raise KeyboardInterrupt


def test_bytes_that_are_being_sent_again_are_waited_for(entry, tmp_path):
    """Their check would take the old object for the new one and find it gone."""
    folder = next((tmp_path / "files").glob("*/model"))
    row = proposed(entry, officer=staff("officer"))
    actions.approve_destruction(row, by=staff("decider"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(destroying, "remove_objects", _killed)
        with pytest.raises(KeyboardInterrupt):
            actions.carry_out_destructions()
    upload = declare_upload(manifest_of(folder), owner=entry.consortium.account_key, actor="user:1", label="")

    assert actions.carry_out_destructions() == 0
    cancel_upload(upload, actor="user:1")
    assert actions.carry_out_destructions() == 1


def test_a_dropped_proposal_leaves_everything(entry):
    row = proposed(entry, officer=staff("officer"))
    actions.drop_destruction(row, reason="더 보관한다", by=staff("decider"))

    assert actions.carry_out_destructions() == 0
    assert Destruction.objects.get().state == "dropped"
    assert not Bundle.objects.exclude(destroyed_at=None).exists()
