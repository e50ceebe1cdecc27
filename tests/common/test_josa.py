import pytest

from portal.common.josa import josa


@pytest.mark.parametrize(
    ("word", "pair", "expected"),
    [
        ("가람", "은/는", "가람은"),
        ("누리", "은/는", "누리는"),
        ("다솜", "이/가", "다솜이"),
        ("평가위원 3", "을/를", "평가위원 3을"),
        ("평가위원 2", "을/를", "평가위원 2를"),
        ("서울", "으로/로", "서울로"),
        ("부산", "으로/로", "부산으로"),
        ("SmolLM", "과/와", "SmolLM과"),
        ("「가람」", "은/는", "「가람」은"),
        ("", "은/는", "는"),
    ],
)
def test_particle_follows_the_last_sound(word, pair, expected):
    assert josa(word, pair) == expected


def test_pair_without_a_choice_is_refused():
    with pytest.raises(ValueError, match="is not a pair"):
        josa("가람", "은")
