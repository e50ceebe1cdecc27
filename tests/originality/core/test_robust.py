import numpy as np
import pytest

from originality.core.baselines import Null
from originality.core.crosschecks import order_checks
from originality.core.disguise import tells
from originality.core.embeddings import embedding_cka
from originality.core.levels import adjust
from originality.core.readers import open_folder
from originality.core.robust import RobustRow, conformal, level_of_robust, robust_documents
from originality.core.seeds import seed_confound
from originality.core.sketch import build_sketch
from originality.core.spectra import spectra_row
from tests.factories.originality import fine_tuned, llama, residual_rotated, units_permuted, write_model


@pytest.fixture
def sketch_of(tmp_path):
    def make(name, tensors):
        return build_sketch(open_folder(write_model(tmp_path / name, tensors)), k=256)

    return make


def row(**changes):
    values = {"kind": "sign_blind_profile", "alignment": "T2", "tower": "", "n": 300, "value": 0.9, "null_mean": 0.1}
    values |= {"null_sd": 0.01, "z": 17.0, "log10_p": -60.0, "effect": 0.6, "null_source": "a null"}
    return RobustRow(**values | changes)


def test_scores_never_lead_past_level_one():
    assert level_of_robust(row(), tests=100).level == 1
    assert level_of_robust(row(log10_p=-4.0), tests=100).level == 0
    assert level_of_robust(row(effect=0.001), tests=100).level == 0
    assert level_of_robust(row(log10_p=None), tests=100).level == 0
    assert level_of_robust(row(), tests=100).log10_p_adj == adjust(-60.0, tests=100)


def test_a_score_without_any_null_is_not_given():
    bare = row(kind="embedding_cka", null_mean=None, null_sd=None, log10_p=None, z=None, null_source="")
    null = Null("embedding_cka", (0.8, 0.95), ("a", "b", "c"), None, "")

    def documents(baselines):
        return robust_documents([bare], tests=10, baselines=baselines, coverage=lambda names: 0.5)

    assert documents({}) == []
    given = documents({"embedding_cka": null})[0]
    assert given["null_mean"] == pytest.approx(0.875)
    assert given["conformal_p"] == pytest.approx(2 / 3)
    assert given["level"] == 0


def test_conformal_p_is_never_below_its_resolution():
    assert conformal(2.0, [0.1] * 19)["conformal_p"] == pytest.approx(1 / 20)
    assert conformal(2.0, [])["conformal_p"] is None


def grouped(tensors, *, seed):
    """Attention of unlike heads, as training makes them."""
    random = np.random.default_rng(seed)
    changed = dict(tensors)
    for name, value in tensors.items():
        if name.endswith(("q_proj.weight", "v_proj.weight")):
            heads = np.repeat(np.exp(random.normal(size=4)), len(value) // 4)
            changed[name] = (value * heads[:, None]).astype(np.float32)
    return changed


def test_spectra_of_heads_survive_rotation_and_signs(sketch_of):
    parent = grouped(llama(seed=1), seed=3)
    turned = residual_rotated(parent)
    for name in [name for name in turned if name.endswith("v_proj.weight")]:
        signs = np.random.default_rng(5).choice([-1.0, 1.0], len(turned[name])).astype(np.float32)
        turned[name] = turned[name] * signs[:, None]
        turned[name.replace("v_proj", "o_proj")] = turned[name.replace("v_proj", "o_proj")] * signs
    gains_folded = {name: np.ones_like(value) if value.ndim == 1 else value for name, value in parent.items()}
    original, disguised = sketch_of("gains folded", gains_folded), sketch_of("disguised", turned)
    stranger = sketch_of("stranger", grouped(llama(seed=2), seed=4))

    assert spectra_row(disguised.spectra, original.spectra).value > 0.9
    assert abs(spectra_row(stranger.spectra, original.spectra).z) < 3.5


def test_heads_of_one_group_are_permuted_together():
    random = np.random.default_rng(1)

    def layer():
        shared = np.repeat(random.normal(size=(4, 1, 1)), 4, axis=1)  # what the query heads of one group have in common
        logs = (shared + 0.3 * random.normal(size=(4, 4, 6))).reshape(4, -1)
        return {"qk": logs, "vo": logs}

    def model():
        return {("", number): layer() for number in range(3)}

    z = [spectra_row(model(), model()).z for _ in range(200)]

    assert 0.85 < np.std(z) < 1.15


def test_cka_of_embeddings_sees_through_a_rotation(sketch_of):
    parent, turned, stranger = (
        sketch_of("parent", llama(seed=1)),
        sketch_of("turned", residual_rotated(llama(seed=1))),
        sketch_of("stranger", llama(seed=2)),
    )

    assert embedding_cka(turned, parent)[0] == pytest.approx(1, abs=1e-4)
    assert abs(embedding_cka(stranger, parent)[0]) < 0.1


def test_folded_gains_and_a_mixed_stream_are_told(sketch_of):
    parent = llama(seed=1)
    scales = np.exp(np.random.default_rng(2).normal(size=parent["model.norm.weight"].size)).astype(np.float32)
    parent["model.embed_tokens.weight"] = parent["model.embed_tokens.weight"] * scales
    own = {tell.name: tell.found for tell in tells(sketch_of("parent", parent), sketch_of("other", llama(seed=3)))}
    turned = sketch_of("turned", residual_rotated(parent))
    found = {tell.name: tell.found for tell in tells(turned, sketch_of("again", parent))}

    assert own == {"all_gains_one": False, "isotropic_embedding": False}
    assert found == {"all_gains_one": True, "isotropic_embedding": True}


def test_published_checks_see_kin_and_leave_strangers(sketch_of):
    parent = sketch_of("parent", llama(seed=1))
    kin = {check.name: check for check in order_checks(sketch_of("kin", fine_tuned(llama(seed=1))), parent)}
    moved = {check.name: check for check in order_checks(sketch_of("moved", units_permuted(llama(seed=1))), parent)}
    none = {check.name: check for check in order_checks(sketch_of("none", llama(seed=2)), parent)}

    assert kin["φ_U"].mean > 0.99
    assert kin["φ_U"].log10_p < -50
    assert moved["φ_U"].log10_p > -3
    assert moved["φ_MATCH"].mean > 0.99
    assert none["φ_U"].log10_p > -3
    assert abs(none["φ_MATCH"].mean) < 5 * none["φ_MATCH"].null_sd


def test_step_0_tells_a_common_seed_from_common_weights(sketch_of):
    start = llama(seed=1)
    step0 = sketch_of("step0", start)
    parent = fine_tuned(start, seed=11, share=0.8)
    reference = sketch_of("parent", parent)

    def reading(name, tensors):
        return seed_confound(sketch_of(name, tensors), reference, step0)["reading"]

    assert "share more than the seed" in reading("child", fine_tuned(parent, seed=12, share=0.2))
    assert "no more than this checkpoint" in reading("twin", fine_tuned(start, seed=13, share=0.8))
    assert "does not carry the signs of its declared step 0" in reading("stranger", llama(seed=2))


def test_a_step_0_made_after_the_fact_acquits_nobody(sketch_of):
    parent = fine_tuned(llama(seed=1), seed=11, share=0.8)
    child = fine_tuned(parent, seed=12, share=0.3)
    reference, candidate = sketch_of("parent", parent), sketch_of("child", child)

    for share in (0.01, 0.1, 0.3, 1.0):
        forged = sketch_of(f"forged {share}", fine_tuned(child, seed=14, share=share))
        assert "no more than" not in seed_confound(candidate, reference, forged)["reading"]
    ours, theirs = child, parent
    between = sketch_of("between", {name: (ours[name] + theirs[name]) / 2 for name in ours})
    assert "no more than" not in seed_confound(candidate, reference, between)["reading"]


def test_heads_of_zeros_are_no_trace(sketch_of):
    def padded(seed):
        tensors = llama(seed=seed)
        for name, value in tensors.items():
            if name.endswith(("q_proj.weight", "k_proj.weight", "v_proj.weight")):
                value[-12:] = 0
            elif name.endswith("o_proj.weight"):
                value[:, -12:] = 0
        return tensors

    ours, theirs = sketch_of("ours", padded(1)), sketch_of("theirs", padded(2))

    assert spectra_row(ours.spectra, theirs.spectra).n == 9  # three of four heads in three layers
    assert abs(spectra_row(ours.spectra, theirs.spectra).z) < 3.5
