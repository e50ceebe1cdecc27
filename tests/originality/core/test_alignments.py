import numpy as np
import pytest

from originality.core.alignments import place_of
from originality.core.blocks import add_turned, run_block_tests
from originality.core.compare import Side, compare_paths, examine
from originality.core.levels import level_of_signs
from originality.core.localise import depth_maps, expert_maps
from originality.core.procrustes import polar, turn_from_gates
from originality.core.readers import open_folder
from originality.core.signs import agreements, match_magnitudes, sign_test
from originality.core.sketch import build_sketch
from originality.core.sketchfile import load_sketch, save_sketch
from originality.core.units import UnitBlock
from tests.factories.originality import (
    fine_tuned,
    layers_taken,
    llama,
    residual_rotated,
    signs_flipped,
    units_permuted,
    write_model,
)


@pytest.fixture
def sketch_of(tmp_path):
    def make(name, tensors, *, tokenizer=True, stored=False):
        folder = write_model(tmp_path / name, tensors, tokenizer=tokenizer)
        if not stored:
            return build_sketch(open_folder(folder), k=256)
        save_sketch(build_sketch(open_folder(folder)), tmp_path / f"{name}.sketch")
        return load_sketch(tmp_path / f"{name}.sketch")

    return make


def aligned(candidate, reference):
    tests = run_block_tests(candidate, reference)
    return tests, add_turned(tests, candidate, reference)


def uneven(tensors, *, seed=21):
    """Units of unlike length, as training makes them: without them nothing tells units apart but direction."""
    random = np.random.default_rng(seed)
    changed = dict(tensors)
    for name, value in tensors.items():
        if ".mlp." in name and "down" not in name:
            changed[name] = value * np.exp(0.4 * random.normal(size=(len(value), 1))).astype(np.float32)
    return changed


def unit_rows(random, n, k):
    rows = random.normal(size=(n, k)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def block(seed, *, kind="mlp", layer=0, expert="", n=64, k=24):
    random = np.random.default_rng(seed)
    reads, writes, gate = (unit_rows(random, n, k) for _ in range(3))
    return UnitBlock(
        kind, layer, ("gate", "up", "down"), reads, writes, gate if kind == "mlp" else None, folded=True, expert=expert,
        traits=random.normal(size=(n, 5)).astype(np.float32), own_reads=reads, own_writes=writes, own_gate=gate,
    )  # fmt: skip


@pytest.mark.parametrize("stored", [False, True])
def test_a_turned_model_with_another_vocabulary_is_found_without_anchors(sketch_of, stored):
    parent = uneven(llama(seed=1))
    reference = sketch_of("parent", parent, stored=stored)
    child = fine_tuned(residual_rotated(units_permuted(parent)), share=0.1)

    tests, notes = aligned(sketch_of("child", child, tokenizer=False, stored=stored), reference)

    assert "alignment T3: too few shared strings with embeddings on both sides" in notes
    assert level_of_signs(tests.pooled["T4"], tests=tests.tried).level == 2
    assert tests.pooled["T4"].agreement > 0.95


def test_strangers_are_coins_under_every_alignment(sketch_of):
    z = []
    for seed in (5, 6, 7):
        tests, _ = aligned(sketch_of(f"a{seed}", llama(seed=seed)), sketch_of(f"b{seed}", llama(seed=seed + 50)))
        z += [row.result.z for row in tests.signs if row.alignment != "T1"]

    assert len(z) > 40
    assert np.abs(z).max() < 4
    assert 0.7 < np.std(z) < 1.3


def test_a_map_fitted_to_gates_leaves_the_signs_of_strangers_coins():
    z = []
    for seed in range(60):
        a, b = block(2 * seed), block(2 * seed + 1)
        turn = turn_from_gates([a], [b])
        carried = UnitBlock("mlp", 0, (), a.reads @ turn.rotation, a.writes @ turn.rotation, None, folded=True)
        c = agreements(carried, b)
        z.append(sign_test(c, shifted=c).z)

    assert abs(np.mean(z)) < 0.45
    assert 0.75 < np.std(z) < 1.25


def test_channels_matched_on_size_are_coins_for_strangers_and_agree_for_kin():
    agreement = []
    for seed in range(80):
        a, b = block(2 * seed, kind="attention"), block(2 * seed + 1, kind="attention")
        agreement.append(np.mean(agreements(a, b, partner=match_magnitudes(a, b)) > 0))
    a = block(3, kind="attention")
    order = np.random.default_rng(0).permutation(a.count)
    moved = UnitBlock("attention", 0, (), a.reads[order], a.writes[order], None, folded=True)

    assert abs(np.mean(agreement) - 0.5) < 0.03
    assert np.array_equal(match_magnitudes(moved, a), order)
    assert (agreements(moved, a, partner=match_magnitudes(moved, a)) > 0).all()


def test_copies_within_the_reference_count_once(sketch_of):
    upscaled = layers_taken(llama(seed=1), [0, 1, 2, 1, 2])
    reference = sketch_of("parent", upscaled)

    tests = run_block_tests(sketch_of("child", fine_tuned(upscaled)), reference)

    assert len(tests.twins) == 12  # two pairs of layers, three kinds of blocks, both ways
    assert tests.pooled["T1"].n < sum(row.result.n for row in tests.placed)


def test_layers_of_a_turned_and_deepened_model_are_found(sketch_of):
    parent = uneven(llama(seed=1))
    child = residual_rotated(layers_taken(parent, [0, 1, 2, 1, 2]))

    tests, _ = aligned(sketch_of("child", child, tokenizer=False), sketch_of("parent", parent))
    found = depth_maps(tests)["towers"][""]

    assert found["path"] == [[0, 0], [1, 1], [2, 2], [3, 1], [4, 2]]
    assert found["order"] == "layers repeated, as depth up-scaling does"


def test_experts_made_of_a_dense_block_lead_back_to_it():
    dense = [block(1, layer=0, n=128), block(2, layer=1, n=128)]
    random = np.random.default_rng(9)

    def shuffled(parent, expert):
        order = random.permutation(parent.count)
        parts = [getattr(parent, part)[order].copy() for part in ("reads", "writes", "gate")]
        for part in parts:
            part[: parent.count // 2] = unit_rows(random, parent.count // 2, part.shape[1])  # half begins anew
        return UnitBlock("mlp", parent.layer, ("g", "u", "d"), *parts, folded=True, expert=expert)

    experts = [shuffled(parent, str(number)) for parent in dense for number in range(2)]
    tests = run_block_tests(_Blocks(experts), _Blocks(dense))
    pairs = expert_maps(tests, tests_tried=tests.tried)

    assert [pair[:2] for pair in pairs["/0"]["pairs"]] == [["0", "0/dense"], ["1", "0/dense"]]
    assert [pair[:2] for pair in pairs["/1"]["pairs"]] == [["0", "1/dense"], ["1", "1/dense"]]
    assert all(pair[2] > 6 for layer in pairs.values() for pair in layer["pairs"])
    assert {place_of(row.reference).layer for row in tests.signs} == {0, 1}


class _Blocks:
    """Two models of blocks alone."""

    by_shape = False

    def __init__(self, blocks):
        self.blocks, self.towers = blocks, {}


def test_random_signs_are_an_anomaly_and_strangers_are_none(sketch_of):
    parent = sketch_of("parent", uneven(llama(seed=1)))
    flipped = Side(sketch_of("flipped", signs_flipped(uneven(llama(seed=1)))), None)
    stranger = Side(sketch_of("stranger", uneven(llama(seed=2))), None)

    found = [row.effect for row in examine(flipped, Side(parent, None)).robust if row.kind == "sign_blind_profile"]
    none = [row.effect for row in examine(stranger, Side(parent, None)).robust if row.kind == "sign_blind_profile"]

    assert max(found) > 0.5
    assert max(none) < 0.01


def padded(tensors, units):
    """Zero units behind the trained ones, as padding to a round number leaves them."""
    changed = dict(tensors)
    for name, value in tensors.items():
        if name.endswith(("gate_proj.weight", "up_proj.weight")):
            changed[name] = np.vstack([value, np.zeros((units, value.shape[1]), np.float32)])
        elif name.endswith("down_proj.weight"):
            changed[name] = np.hstack([value, np.zeros((len(value), units), np.float32)])
    return changed


@pytest.mark.parametrize("stored", [False, True])
def test_equal_padding_makes_no_kin_of_strangers(tmp_path, stored):
    paths = []
    for seed in (1, 2):
        folder = write_model(tmp_path / str(seed), padded(llama(seed=seed), 8))
        if stored:
            save_sketch(build_sketch(open_folder(folder)), tmp_path / f"{seed}.sketch")
        paths.append(tmp_path / f"{seed}.sketch" if stored else folder)

    report = compare_paths(*paths)

    assert report["global"]["level"] == 0
    assert all(row["level"] == 0 for row in report["modules"])


def test_where_no_name_tells_the_gate_signs_are_not_tested(tmp_path, sketch_of):
    def opaque(tensors):
        inner = {"gate_proj": "first", "up_proj": "second", "down_proj": "third"}
        names = {name: name.replace("self_attn", "att").replace(".mlp.", ".inner.") for name in tensors}
        for old, new in inner.items():
            names = {name: text.replace(old, new) for name, text in names.items()}
        return {names[name]: value for name, value in tensors.items()}

    ours, theirs = sketch_of("ours", opaque(llama(seed=1))), sketch_of("theirs", opaque(llama(seed=1)))
    named = sketch_of("named", llama(seed=1))

    assert (
        "sign test of gated units: in neither model do names tell gate from up"
        in examine(Side(ours, None), Side(theirs, None)).not_made
    )
    assert not [row for row in run_block_tests(ours, theirs).signs if row.candidate.kind == "mlp"]
    assert run_block_tests(ours, named).pooled["T1"].agreement == 1.0
    assert run_block_tests(named, ours).pooled["T1"].agreement == 1.0


def test_the_orthogonal_map_comes_back():
    random = np.random.default_rng(0)
    rows = random.normal(size=(100, 12)).astype(np.float32)
    basis = np.linalg.qr(random.normal(size=(12, 12)))[0].astype(np.float32)

    assert np.allclose(polar(rows, rows @ basis), basis, atol=1e-5)
