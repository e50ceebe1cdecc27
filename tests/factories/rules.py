"""What binds an entry to its rules: amendments, proposals, questions and support, by the real actions."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from portal.common.viewer import Viewer, viewer_of_user
from portal.consortia import actions
from portal.consortia.models import (
    AdvanceRuling,
    Amendment,
    ComponentQuestion,
    Consortium,
    Entry,
    Proposal,
    SupportGrant,
    SupportOutage,
)
from portal.consortia.selectors.proposals import target_items
from portal.programmes.models import Phase, Programme
from tests.factories.accounts import make_user
from tests.factories.programmes import make_ruleset, rules_document


def acting(*roles: str) -> Viewer:
    return viewer_of_user(make_user(*roles))


def manager_of(entry: Entry) -> User:
    return entry.consortium.memberships.get(role="manager").user


def speaker_of(entry: Entry) -> Viewer:
    return viewer_of_user(manager_of(entry))


def make_amendment(phase: Phase, *, actor: Viewer | None = None, reason: str = "정족수를 고친다.") -> Amendment:
    """Proposed now, due in three days: the expert panel's quorum is 8."""
    document = deepcopy(phase.ruleset.document) if phase.ruleset else rules_document()
    document["parts"][3]["panel"]["quorum"] = 8
    after = make_ruleset(phase.programme, document=document, frozen=False)
    due = timezone.now() + timedelta(days=3)
    return actions.propose_amendment(phase, after=after, reply_due=due, reason=reason, actor=actor or acting("officer"))


def own_target_document() -> dict[str, Any]:
    """Rules whose individual benchmark asks each team for a target of its own, and that take what 2 teams proposed."""
    document = rules_document()
    for item in document["parts"][2]["items"]:
        item.pop("target", None)
    document["parts"][1]["proposed_by"] = 2
    return document


def source(name: str = "KMMLU", version: str = "1.0") -> actions.Source:
    return actions.Source(name, version, "https://example.org/benchmarks/kmmlu", date(2025, 12, 1), "accuracy")


def grant_facts(**fields: Any) -> actions.GrantFacts:
    """Eight cards for ten days, from 2026-01-01 00:00 KST."""
    starts = datetime.fromisoformat("2026-01-01T00:00:00+09:00")
    defaults = {"card_type": "B200", "cards": 8, "starts": starts, "ends": starts + timedelta(days=10),
                "provider": "클라우드 1", "data_budget": 0}  # fmt: skip
    return actions.GrantFacts(**{**defaults, **fields})


def make_grant(
    programme: Programme, consortium: Consortium, *, actor: Viewer | None = None, **fields: Any
) -> SupportGrant:
    facts = grant_facts(**fields)
    return actions.grant_support(programme, consortium=consortium, facts=facts, actor=actor or acting("officer"))


def make_outage(grant: SupportGrant, *, actor: Viewer | None = None) -> SupportOutage:
    """Two of the cards for five hours of the second day."""
    starts = grant_facts().starts + timedelta(days=1)
    facts = actions.OutageFacts(starts, starts + timedelta(hours=5), 2, "냉각 장치 고장")
    return actions.record_outage(grant, facts=facts, actor=actor or acting("officer"))


def make_question(entry: Entry, text: str = "공개 토크나이저를 확장해 써도 됩니까?") -> ComponentQuestion:
    return actions.ask_ruling(entry, component="tokenizer", text=text, actor=speaker_of(entry))


def make_ruling(question: ComponentQuestion, *, verdict: str = "declare") -> AdvanceRuling:
    return actions.give_ruling(
        question,
        verdict=verdict,
        published="공개 토크나이저를 확장해 쓰는 경우",
        reason="출처와 바꾼 내용을 신고하면 쓸 수 있다.",
        actor=acting("officer"),
    )


def propose_target(entry: Entry, *, score: str = "80.5", number: int = 0) -> Proposal:
    row = target_items(entry.phase)[number]
    figure = actions.TargetFigure(row.part.key, row.item.key, "KMMLU", Decimal(score))
    return actions.propose_target(entry, source=source("목표 모델", "2025-12"), figure=figure, actor=speaker_of(entry))
