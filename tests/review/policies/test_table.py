"""Subject × audience × stage: every cell of the table against one written by hand from the design."""

from itertools import product

import pytest

from portal.review.policies.table import STAGES, VISIBILITY, Audience, Subject, audiences_for

A = Audience
STAFF = {A.SECRETARIAT, A.DECISION_MAKER, A.AUDITOR}

# first stage from which each audience sees each subject; not named: never. Written by hand, apart from the code's table.
EXPECTED = {
    Subject.EVIDENCE: dict.fromkeys(STAFF | {A.PANEL_CHAIR, A.PANEL_MEMBER}, "closed"),
    Subject.SIDE_BY_SIDE: dict.fromkeys(STAFF | {A.PANEL_CHAIR, A.PANEL_MEMBER}, "sealed"),
    Subject.DECLARATION: dict.fromkeys({A.SHEET_OWNER, A.SECRETARIAT, A.AUDITOR}, "drafted"),
    Subject.NAMING: dict.fromkeys({A.SECRETARIAT, A.AUDITOR, A.OWN_CONSORTIUM}, "rules_frozen"),
    Subject.RECUSAL: dict.fromkeys({A.SECRETARIAT, A.AUDITOR, A.OWN_CONSORTIUM}, "rules_frozen"),
    Subject.SHEET: {A.SHEET_OWNER: "scoring", **dict.fromkeys(STAFF | {A.PANEL_CHAIR}, "sealed")},
    Subject.COMPLETION: dict.fromkeys(STAFF | {A.PANEL_CHAIR}, "scoring"),
    Subject.QUESTION: dict.fromkeys(STAFF | {A.PANEL_CHAIR, A.PANEL_MEMBER, A.OWN_CONSORTIUM}, "receiving"),
    Subject.DISQUALIFICATION: dict.fromkeys(STAFF | {A.PANEL_CHAIR, A.PANEL_MEMBER, A.OWN_CONSORTIUM}, "receiving"),
    Subject.VERIFICATION: dict.fromkeys(STAFF | {A.PANEL_CHAIR, A.PANEL_MEMBER, A.OWN_CONSORTIUM}, "closed"),
    Subject.OUTSIDE_RESULT: dict.fromkeys(STAFF, "sealed"),
    Subject.TALLY: dict.fromkeys(STAFF | {A.PANEL_CHAIR}, "tallied"),
    Subject.MINUTES: {A.PANEL_CHAIR: "closed", **dict.fromkeys(STAFF, "drafted")},
    Subject.DECISION: {A.OWN_CONSORTIUM: "notified", **dict.fromkeys(STAFF, "drafted")},
    Subject.OWN_RESULT: dict.fromkeys(STAFF | {A.OWN_CONSORTIUM}, "notified"),
    Subject.NOTICE: dict.fromkeys(STAFF | {A.OWN_CONSORTIUM}, "receiving"),
    Subject.APPEAL: dict.fromkeys(STAFF | {A.OWN_CONSORTIUM}, "notified"),
}
# What the disjoint panel of an objection reads, about the entry that it was given.
APPEALED = {
    Subject.APPEAL, Subject.DECISION, Subject.OWN_RESULT, Subject.EVIDENCE, Subject.QUESTION,
    Subject.DISQUALIFICATION, Subject.VERIFICATION,
}  # fmt: skip
for subject in APPEALED:
    EXPECTED[subject][A.APPEAL_PANEL] = "notified"


@pytest.mark.parametrize(("subject", "audience"), list(product(Subject, Audience)))
def test_cells_over_all_stages(subject, audience):
    first = EXPECTED[subject].get(audience)
    expected = STAGES[STAGES.index(first) :] if first else ()

    assert tuple(stage for stage in STAGES if audience in audiences_for(subject, stage)) == expected


def test_a_missing_key_means_nobody():
    assert audiences_for("salary", "final") == frozenset()
    assert set(VISIBILITY) <= set(product(Subject, STAGES))
