import numpy as np
import pytest

from originality.core.baselines import Null, among, build_baselines, dump_baselines, parse_baselines, shipped_baselines
from originality.core.corner import corner_of, corner_score
from originality.core.errors import InputError
from originality.core.explain import explain, explanation_lines, gain_spread, known_kinds

STRANGERS = [
    {"pair": ["a", "b"], "scores": {"norm": 0.95, "gate": 0.01}, "chance": {"norm": 0.951, "gate": 0.0}},
    {"pair": ["a", "c"], "scores": {"norm": 0.97, "gate": None}, "chance": {"norm": 0.969}},
]
KIN = [{"pair": ["a", "a2"], "scores": {"norm": 0.999, "equal": 0.9}}]


@pytest.fixture
def baselines():
    return parse_baselines(dump_baselines(build_baselines(STRANGERS, KIN)))


def test_a_figure_is_placed_among_unrelated_pairs(baselines):
    found = explain(0.96, kind="norm", baselines=baselines)

    assert (found.percentile, found.at_or_below, found.pairs) == (50.0, 1, 2)
    assert found.models == ("a", "b", "c")
    assert found.smallest_p == pytest.approx(1 / 3)
    assert found.by_chance == pytest.approx(0.96)
    assert (found.positive, found.positive_pair) == (0.999, "a – a2")
    assert "2 pairs of 3 models" in explanation_lines(found)[0]
    assert not found.telling
    assert any("so few unrelated pairs say little" in line for line in explanation_lines(found))


@pytest.mark.parametrize(("value", "kind"), [(1.2, "norm"), (float("nan"), "norm"), (0.9, "equal"), (0.9, "nothing")])
def test_what_cannot_be_placed_is_refused(baselines, value, kind):
    with pytest.raises(InputError):
        explain(value, kind=kind, baselines=baselines)


def test_the_spread_of_gains_that_gives_a_cosine_by_chance():
    random = np.random.default_rng(1)
    a, b = random.normal(1, gain_spread(0.968), (2, 400_000))

    assert float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) == pytest.approx(0.968, abs=1e-3)
    assert gain_spread(1.0) is None


def test_baselines_that_name_other_numbers_of_pairs_are_refused(baselines):
    document = dump_baselines(baselines)
    document["kinds"]["norm"]["pairs"].append("x – y")

    with pytest.raises(InputError, match="other numbers of pairs"):
        parse_baselines(document)


def test_without_a_null_nothing_is_said():
    assert among(None, 0.9)["control_percentile"] is None
    assert among(Null("equal", (), (), 0.9, "a – a2"), 0.9)["registry_mean"] is None


def test_the_engine_comes_with_nulls_of_every_tensor_type():
    kinds = set(known_kinds(shipped_baselines()))

    assert kinds >= {"norm", "gate", "up", "down", "query", "key", "value", "output", "embedding", "token_jaccard"}
    for kind in ("gate", "up", "down", "query", "key", "value", "output"):
        assert abs(shipped_baselines()[kind].mean) < 0.05


def test_corners_of_any_two_widths_share_places():
    random = np.random.default_rng(2)
    whole = random.normal(size=(90, 80)).astype(np.float32)
    cut, stranger = whole[:50, :40], random.normal(size=(70, 64)).astype(np.float32)

    same = corner_score(corner_of(whole), corner_of(cut))
    other = corner_score(corner_of(whole), corner_of(stranger))

    assert same.cosine == pytest.approx(1, abs=1e-6)
    assert 300 < same.n < other.n == 1_024
    assert abs(other.cosine - other.chance_mean) < 4.5 * other.chance_sd
    assert corner_score(corner_of(whole[:0]), corner_of(whole)) is None
