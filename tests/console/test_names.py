"""Names of makers are found however they are written, and words that only contain them stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.console.names import MASK, Finder, plain
from portal.console.selectors.names import model_names

FINDER = Finder(["가람", "Garam Lab", "Ara", "Nuri-7B", "아라"])


@pytest.mark.parametrize(
    "text",
    [
        "저는 가람입니다.",
        "저는가람이만들었습니다.",
        "저는 가 람 입니다.",
        "GARAM LAB",
        "garamlab",
        "g a r a m - l a b",
        "Ｇａｒａｍ Ｌａｂ",
        "garam\u200blab",
        "Ara made me",
        "by ARA.",
        "nuri 7b",
        "Nuri_7B!",
        "\u1100\u1161\u1105\u1161\u11b7",  # the same name in single letters
        "가·람",
    ],
)
def test_a_name_is_found(text):
    assert FINDER.finds(plain(text)), text


@pytest.mark.parametrize(
    "text",
    ["a character", "arable land", "그는 찾아가 람보르기니를 보았다", "Garam alone", "nuri 7bc", "1 + 1 = 2", ""],
)
def test_other_words_stay(text):
    assert not FINDER.finds(plain(text)), text


def test_the_gap_does_not_tell_the_name():
    assert FINDER.mask("Ara or Garam Lab?").text == f"{MASK} or {MASK}?"


def test_a_finder_without_names_masks_nothing():
    assert Finder([]).mask("가람") == ("가람", 0)


@given(st.text(max_size=200))
def test_what_was_masked_is_not_found_again(text):
    masked = FINDER.mask(plain(text + " 가람 " + text))

    assert masked.found >= 1
    assert not FINDER.finds(masked.text.replace(MASK, "■"))


@given(st.text(max_size=200))
def test_plain_is_settled(text):
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("org/Garam-7B-Instruct", "Garam"),
        ("maru-chat-v2", "maru"),
        ("Saebyeok_Pro-100b-a12b", "Saebyeok Pro"),
        ("x", "x"),
    ],
)
def test_a_model_is_known_by_its_short_name_too(model, name):
    assert {name, model} <= set(model_names(model))


def test_signs_that_hide_or_turn_text_are_dropped():
    assert plain("a\u202eb\u200bc\x07d\r\ne\ufffc") == "abcd\ne"
