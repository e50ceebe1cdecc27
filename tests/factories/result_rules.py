"""The rules of the three invented teams' phase: a suite, an outside index, experts and users, one gate."""

from typing import Any

OPEN_FROM_NOTICE = {"public": "notified"}
SUBJECTS = (
    "rules",
    "winners",
    "ranks",
    "totals",
    "part_points",
    "item_points",
    "averages",
    "best_points",
    "gate_rulings",
)


def text(ko: str, en: str) -> dict[str, str]:
    return {"ko": ko, "en": en}


def ruleset_document(**changes: Any) -> dict[str, Any]:
    document = {
        "schema": "ruleset/1",
        "name": "test-phase",
        "title": text("시험 규칙", "Test rules"),
        "points": 100,
        "suites": ["korean/1"],
        "groups": [{"key": "benchmark", "title": text("벤치마크", "Benchmark"), "points": 40}],
        "parts": [suite_part(), index_part(), expert_part(), user_part()],
        "rounding": {
            "mode": "half_up",
            "stage": "part",
            "places": 1,
            "average_places": 2,
            "average_total_places": 1,
        },
        "tie_break": ["benchmark", "expert"],
        "gates": [
            {
                "key": "originality",
                "title": text("독자성", "Originality"),
                "dimensions": [{"key": "technical", "title": text("기술", "Technical")}],
                "ticks": 2,
            }
        ],
        "vote": {"quorum": "majority_of_seated", "approval": "majority_of_seated"},
        "disclosure": dict.fromkeys(SUBJECTS, OPEN_FROM_NOTICE),
        "components": [],
    }
    return {**document, **changes}


def suite_part() -> dict[str, Any]:
    source = {"kind": "suite", "suite": "korean/1", "task": "spelling", "metric": "acc"}
    return {
        "key": "korean",
        "title": text("한국어 벤치마크", "Korean benchmark"),
        "points": 30,
        "group": "benchmark",
        "kind": "measured",
        "formula": {"points": "own_over_target", "cap": "1"},
        "items": [
            {"key": "spelling", "title": text("맞춤법", "Spelling"), "points": 20, "source": source},
            {
                "key": "honorific",
                "title": text("높임말", "Honorifics"),
                "points": 10,
                "source": {**source, "task": "honorific"},
            },
        ],
    }


def index_part() -> dict[str, Any]:
    return {
        "key": "index",
        "title": text("외부 지수", "Outside index"),
        "points": 10,
        "group": "benchmark",
        "kind": "measured",
        "formula": {"points": "over_scale", "scale": 100},
        "items": [
            {
                "key": "overall",
                "title": text("종합", "Overall"),
                "points": 10,
                "source": {"kind": "outside_body", "body": "Index Body"},
            }
        ],
    }


def expert_part() -> dict[str, Any]:
    return {
        "key": "expert",
        "title": text("전문가 평가", "Expert review"),
        "points": 35,
        "kind": "sheets",
        "panel": {"kind": "expert", "seats": 5, "quorum": 3},
        "minimum_sheets": 3,
        "formula": {
            "sheet": "sum",
            "reviewers": "trimmed_mean",
            "drop_highest": 1,
            "drop_lowest": 1,
            "points": "as_scored",
        },
        "criteria": [
            {"key": "strategy", "title": text("전략·기술", "Strategy and technology"), "max": 20},
            {"key": "results", "title": text("성과·계획", "Results and plans"), "max": 15},
        ],
    }


def user_part() -> dict[str, Any]:
    return {
        "key": "user",
        "title": text("사용자 평가", "User review"),
        "points": 25,
        "kind": "sheets",
        "panel": {"kind": "user", "seats": 4, "quorum": 2},
        "minimum_sheets": 2,
        "formula": {"sheet": "mean", "reviewers": "sum", "points": "scale_to_best"},
        "criteria": [
            {"key": "quality", "title": text("품질", "Quality"), "min": 1, "max": 5},
            {"key": "usefulness", "title": text("유용성", "Usefulness"), "min": 1, "max": 5},
        ],
    }
