"""The stand-alone verifier: what is intact is accepted, every change is refused."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from portal.common.formats.canonical import canonical_json, digest_of
from portal.common.formats.checkpoint import public_key_of, sign_checkpoint, verifier_key
from portal.common.formats.merkle import inclusion_proof, leaf_hash, root_of
from portal.results.verifier import verify_release
from tests.factories.result_rules import ruleset_document
from tests.factories.results import auditor_bundle
from tests.results.release_files import accepts, reseal, run_script, write_release


@pytest.fixture
def release(tmp_path):
    root = write_release(tmp_path, auditor_bundle())
    return tmp_path, root


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def mutated(document: dict[str, Any], path: tuple) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = other_than(place[path[-1]])
    return changed


def other_than(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return "x"
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("1" if value[-1:] != "1" else "2")


def test_intact_release_is_accepted_by_the_script_alone(release):
    folder, root = release
    result = run_script(folder, "--root", root)
    assert result.returncode == 0, result.stderr
    assert "arithmetic: 3 entries recounted" in result.stdout
    assert result.stdout.endswith("ACCEPTED\n")


@pytest.mark.parametrize("scope", ["outcome", "aggregates", "full"])
def test_every_scope_is_accepted(tmp_path, scope):
    assert accepts(tmp_path, write_release(tmp_path, auditor_bundle(scope=scope)))


@pytest.mark.parametrize("stage", ["item", "part", "total"])
@pytest.mark.parametrize("seed", range(5))
def test_two_implementations_agree(tmp_path, stage, seed):
    rounding = {"mode": "half_up", "stage": stage, "places": 1, "average_places": 2, "average_total_places": 1}
    auditor = auditor_bundle(ruleset=ruleset_document(rounding=rounding), seed=seed)
    assert verify_release.verify(tmp_path, write_release(tmp_path, auditor))


def test_every_single_value_mutation_is_refused(release):
    folder, root = release
    public = json.loads((folder / "public.json").read_text("utf-8"))
    intact = {name: (folder / name).read_bytes() for name in ("public.json", "release.json")}
    paths = random.Random(11).sample(list(leaves(public)), 250)
    for path in paths:
        (folder / "public.json").write_bytes(canonical_json(mutated(public, path)))
        assert not accepts(folder), path
        reseal(folder, mutated(public, path))
        assert not accepts(folder, root), path
        for name, data in intact.items():
            (folder / name).write_bytes(data)


def test_resealed_numbers_that_anyone_can_recompute_are_refused(release):
    folder, _root = release
    public = json.loads((folder / "public.json").read_text("utf-8"))
    paths = [
        path
        for path in leaves({"entries": public["entries"], "summary": public["summary"]})
        if is_recomputable(public, path)
    ]
    assert len(paths) >= 50
    for path in paths:
        reseal(folder, mutated(public, path))
        assert not accepts(folder), path


def is_recomputable(public: dict[str, Any], path: tuple) -> bool:
    place: Any = public
    for step in path[:-1]:
        place = place[step]
    return path[-1] == "value" and place.get("class") == "anyone"


def test_raw_byte_flips_are_refused(release):
    folder, root = release
    chance = random.Random(3)
    data = (folder / "public.json").read_bytes()
    for _ in range(200):
        position = chance.randrange(len(data))
        changed = data[:position] + bytes([data[position] ^ (1 << chance.randrange(7))]) + data[position + 1 :]
        (folder / "public.json").write_bytes(changed)
        assert not accepts(folder, root)


@pytest.mark.parametrize("name", ["public.json", "release.json"])
def test_missing_or_torn_file_is_named(release, name):
    folder, _root = release
    (folder / name).write_bytes((folder / name).read_bytes()[:-40])
    result = run_script(folder)
    assert result.returncode == 1
    assert name in result.stderr
    (folder / name).unlink()
    assert f"REFUSED  {name}: is missing" in run_script(folder).stderr


def test_other_announced_root_is_refused(release):
    folder, _root = release
    result = run_script(folder, "--root", "0" * 64)
    assert result.returncode == 1
    assert "announced was 0000" in result.stderr


def test_changed_sum_is_refused(release):
    folder, root = release
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  public.json\n", encoding="utf-8")
    assert not accepts(folder, root)
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  ../public.json\n", encoding="utf-8")
    with pytest.raises(verify_release.Refused, match="plain file name"):
        verify_release.verify(folder, root)


def ledger_proof(root: str, *, seed: bytes, action: str = "release.committed") -> dict[str, Any]:
    event = {
        "schema": "event/1",
        "seq": 2,
        "action": action,
        "subject": "release:1",
        "after": {"root": root},
        "nonce": "7" * 32,
    }
    hashes = [leaf_hash(b"0"), leaf_hash(b"1"), leaf_hash(canonical_json(event)), leaf_hash(b"3"), leaf_hash(b"4")]
    return {
        "checkpoint": sign_checkpoint("test.example/ledger", 5, root_of(hashes), seed),
        "public_key": public_key_of(seed).hex(),
        "event": event,
        "proof": [node.hex() for node in inclusion_proof(hashes, 2)],
    }


def test_ledger_proof_is_checked(release):
    folder, root = release
    seed = b"\x01" * 32
    (folder / "ledger.json").write_bytes(canonical_json(ledger_proof(root, seed=seed)))
    lines = verify_release.verify(folder, root, public_key_of(seed).hex())
    assert lines[-1] == "ledger: event 2 of 5 in test.example/ledger; signature holds"
    published = verifier_key("test.example/ledger", public_key_of(seed))
    assert verify_release.verify(folder, root, published) == lines


@pytest.mark.parametrize("field", ["checkpoint", "event", "proof", "key", "root"])
def test_forged_ledger_proof_is_refused(release, field):
    folder, root = release
    seed = b"\x01" * 32
    ledger = ledger_proof("0" * 64 if field == "root" else root, seed=seed)
    if field == "checkpoint":
        ledger["checkpoint"] = ledger["checkpoint"].replace("\n5\n", "\n6\n")
    if field == "event":
        ledger["event"]["nonce"] = "8" * 32
    if field == "proof":
        ledger["proof"][0] = digest_of("other")
    (folder / "ledger.json").write_bytes(canonical_json(ledger))
    key = public_key_of(b"\x02" * 32).hex() if field == "key" else None
    with pytest.raises(verify_release.Refused):
        verify_release.verify(folder, root, key)
