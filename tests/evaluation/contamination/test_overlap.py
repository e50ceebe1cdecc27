"""Planted items are found at their lines, in whatever spelling; text that holds none gives nothing."""

import unicodedata

import pytest

from evaluation.core.contamination.index import WORD_VIEW, Index, Piece
from evaluation.core.contamination.overlap import Comparison, Group, Text
from evaluation.core.contamination.report import Chance, at_most, excess
from evaluation.core.contamination.text import WORDS, normalised
from evaluation.core.errors import InputError
from tests.evaluation.contamination.samples import FILLER, checked, items, lines, row_of


def said(item):
    right = item.choices[item.gold] if item.choices else item.answer
    return f"{item.question} {right}"


def test_planted_items_are_found_at_their_lines_and_no_others(tmp_path):
    planted = items("ko_passages")[:5]
    rows = [{"text": f"{FILLER} {item.question} {FILLER}"} for item in planted]
    report = checked(lines(tmp_path / "sample", [{"text": FILLER}, *rows]))
    row = row_of(report, "ko_passages")
    assert (row["compared"], row["flagged"], row["whole"]) == (20, 5, 5)
    assert {(found["item"], found["line"]) for found in row["found"]} == {
        (item.key, place) for place, item in enumerate(planted, start=2)
    }
    assert float(row["p"]) < 0.01
    assert all(other["flagged"] == 0 for other in report["tasks"] if other["task"] != "ko_passages")


def test_short_items_count_with_their_answers(tmp_path):
    planted = items("ko_knowledge")
    report = checked(lines(tmp_path / "sample", [{"messages": [{"content": said(item)}]} for item in planted]))
    row = row_of(report, "ko_knowledge")
    assert row["flagged"] == row["answered"] == row["compared"] == row["short"]
    assert row["compared"] + row["too_short"] == row["items"] == 48


def test_the_same_questions_in_other_words_are_not_flagged(tmp_path):
    """The point of the paraphrase: an overlap of texts does not see it."""
    report = checked(lines(tmp_path / "sample", [{"text": said(item)} for item in items("ko_knowledge_reworded")]))
    assert row_of(report, "ko_knowledge_reworded")["flagged"] > 40
    assert row_of(report, "ko_knowledge")["flagged"] <= 1


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: text.replace(" ", ""),
        lambda text: text.replace(" ", "  \u200b"),
        lambda text: text.replace(",", "，").replace(".", " … "),
        lambda text: unicodedata.normalize("NFD", text),
    ],
    ids=["case", "no spaces", "invisible characters", "punctuation", "decomposed"],
)
def test_spelling_and_spacing_hide_nothing(tmp_path, change):
    planted = items("ko_passages")[0]
    report = checked(lines(tmp_path / "sample", [{"text": change(planted.question)}]))
    assert [found["item"] for found in row_of(report, "ko_passages")["found"]] == [planted.key]


def test_half_an_item_is_half_an_overlap():
    words = normalised(
        "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 " + " ".join(f"낱말{n}이다" for n in range(22))
    ).split()
    item = Text("a", " ".join(words))
    comparison = Comparison([Group("task", [item])])
    comparison.look_through([Piece(("f", 1), " ".join(words[: len(words) // 2]))])
    found = comparison.overlaps(comparison.groups[0])[0]
    assert found.words == pytest.approx(0.5)
    assert not found.whole


def test_wording_that_several_items_share_is_nobodys_content():
    stem = "다음 글을 읽고 물음에 알맞은 답을 고르시오 그리고 그 까닭을 한 문장으로 쓰시오"
    texts = [
        Text.of(str(n), f"{stem} {n} 번째 이야기의 주인공은 강가에서 돌을 줍던 {n} 살의 아이였다") for n in range(4)
    ]
    comparison = Comparison([Group("task", texts)])
    comparison.look_through([Piece(("f", 1), normalised(stem))])
    assert not any(row.flagged for row in comparison.overlaps(comparison.groups[0]))


def test_no_n_gram_reaches_from_one_document_into_the_next():
    text = " ".join(f"word{n}" for n in range(WORDS))
    index = Index(WORD_VIEW, [text])
    first, second = text.split()[:4], text.split()[4:]
    index.look_through([Piece(("f", 1), " ".join(first)), Piece(("f", 2), " ".join(second))])
    assert not index.found.any()
    index.look_through([Piece(("f", 3), "x"), Piece(("f", 4), text)])
    assert index.found.all()
    assert set(index.places.values()) == {("f", 4)}


def test_a_hit_is_believed_for_its_text_and_not_for_its_number():
    text = " ".join(f"word{n}" for n in range(WORDS))
    index = Index(WORD_VIEW, [text])
    index.texts = dict.fromkeys(index.texts, "another text")
    index.look_through([Piece(("f", 1), text)])
    assert not index.found.any()


def test_control_texts_give_the_chance_and_its_bound(tmp_path):
    report = checked(lines(tmp_path / "sample", [{"text": FILLER}]))
    assert {name: row["flagged"] for name, row in report["control"].items()} == {
        "ko": 0,
        "ko:short": 0,
        "other": 0,
        "other:short": 0,
    }
    assert all(row["texts"] == 40 and row["at_most"] == "0.072158" for row in report["control"].values())


def test_the_chance_of_an_excess_is_fishers():
    assert at_most(Chance(texts=40, flagged=40)) == 1
    assert excess(0, 20, Chance(40, 0)) == 1
    assert excess(3, 20, Chance(40, 0)) == pytest.approx((20 * 19 * 18) / (60 * 59 * 58))


def test_compressed_samples_are_refused_in_plain_words(tmp_path):
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "part.jsonl.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(InputError, match=r"part\.jsonl\.gz: .* not compressed"):
        checked(tmp_path / "sample")
