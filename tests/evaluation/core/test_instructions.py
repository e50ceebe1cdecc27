import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.core.instructions import RULES, RuleError, check_rules, followed
from evaluation.core.scoring import score_instructions
from evaluation.core.sources import SUITES
from evaluation.core.suites import read_suite

TASK = next(task for task in read_suite(SUITES / "small.yaml").tasks if task.name == "ko_instructions")

CASES = [
    ({"rule": "sentences", "least": 2, "most": 2}, "가을이 왔다. 잎이 진다.", "가을이 왔다."),
    ({"rule": "words", "least": 1, "most": 3}, "세 낱말 글", "이것은 네 낱말 글"),
    ({"rule": "characters", "least": 2, "most": 4}, "가 나 다", "가나다라마"),
    ({"rule": "lines", "least": 2, "most": 2}, "하나\n\n둘", "하나"),
    ({"rule": "contains_all", "words": ["바다", "하늘"]}, "하늘 아래 바다", "하늘"),
    ({"rule": "contains_none", "words": ["Paper"]}, "a map", "paper maps"),
    ({"rule": "times", "word": "나무", "times": 2}, "나무와 나무", "나무"),
    ({"rule": "starts_with", "text": "저는"}, "저는 학생입니다.", "나는"),
    ({"rule": "ends_with", "text": "고맙습니다."}, "늘 고맙습니다.\n", "고맙다."),
    ({"rule": "sentences_end_with", "endings": ["요"]}, "좋아요. 그래요!", "좋아요. 그렇다."),
    ({"rule": "json_keys", "keys": ["a", "b"]}, '```json\n{"a": 1, "b": 2}\n```', '{"a": 1}'),
    ({"rule": "numbered_list", "items": 2}, "1. 하나\n2. 둘", "1. 하나\n3. 셋"),
    ({"rule": "bullet_list", "items": 2}, "- 하나\n- 둘", "- 하나"),
    ({"rule": "hangul_at_least", "percent": 90}, "한글 123", "한글 and English"),
    ({"rule": "no_hangul"}, "Hello.", "Hello 안녕"),
    ({"rule": "no_comma"}, "쉼표 없음", "있음, 여기"),
    ({"rule": "lowercase"}, "all small", "Not small"),
    ({"rule": "no_digits"}, "숫자 없음", "숫자 1"),
]


@pytest.mark.parametrize(("rule", "keeps", "breaks"), CASES)
def test_a_rule_tells_keeping_from_breaking(rule, keeps, breaks):
    check_rules([rule])
    assert followed(keeps, [rule]) == [True]
    assert followed(breaks, [rule]) == [False]


def test_every_rule_has_a_case():
    assert {rule["rule"] for rule, _, _ in CASES} == RULES.keys()


@pytest.mark.parametrize("rule", [rule for rule, _, _ in CASES])
def test_an_empty_answer_keeps_nothing(rule):
    assert followed(" \n", [rule]) == [False]


@given(st.text(max_size=60))
def test_any_answer_is_judged(text):
    assert all(isinstance(kept, bool) for kept in followed(text, [rule for rule, _, _ in CASES]))


@pytest.mark.parametrize(
    "rules", [[], "words", [{"rule": "judge"}], [{"rule": "words", "least": 1}], [{"rule": "starts_with", "text": ""}]]
)
def test_a_rule_nothing_could_be_checked_by_is_refused(rules):
    with pytest.raises(RuleError):
        check_rules(rules)


def sample(doc_id, answer):
    detail = '[{"rule": "no_comma"}, {"rule": "no_digits"}]'
    return {"doc_id": doc_id, "doc": {"detail": detail}, "resps": [[answer]]}


def test_figures_of_items_and_of_rules_with_their_errors():
    scored = score_instructions(TASK, [sample(0, "말"), sample(1, "1, 2"), sample(2, "1 하나"), sample(3, "좋다")])
    figures = {figure.metric: figure for figure in scored.figures}
    assert (figures["prompts_followed"].value, figures["prompts_followed"].n) == (0.5, 4)
    assert figures["rules_followed"].value == pytest.approx(5 / 8)
    assert figures["prompts_followed"].stderr == pytest.approx(0.5 / 3**0.5)
    assert figures["rules_followed"].stderr == pytest.approx(
        ((0.5**2 * 0 + 2 * 0.75**2 + 1.25**2 + 0.25**2) / 12) ** 0.5 / 2
    )
    assert [verdict.reason for verdict in scored.verdicts] == ["", "no_comma, no_digits", "no_digits", ""]
