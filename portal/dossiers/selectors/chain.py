"""Checkpoints of the training run in the order of their steps, and since when the ledger has known each digest."""

from typing import Any

from portal.custody.models import CalledCheckpoint, Deposit
from portal.submissions.enums import Role
from portal.submissions.models import Submission

CHECKPOINTS = {
    Role.INITIAL_CHECKPOINT: "initial",
    Role.INTERMEDIATE_CHECKPOINT: "intermediate",
    Role.CHECKPOINT: "final",
}
DEPOSITED = "deposited"
MOST_SHOWN = 60


def chain(submission: Submission) -> dict[str, Any]:
    deposits = list(Deposit.objects.filter(entry=submission.entry).order_by("step", "number"))
    links = _links(submission, deposits)
    held = {link["digest"] for link in links if link["role"] != DEPOSITED}
    calls = CalledCheckpoint.objects.filter(deposit__entry=submission.entry).select_related("deposit")
    return {
        "links": _thinned(links),
        "total": len(links),
        "deposits": len(deposits),
        "first_deposit": min((row.deposited_at for row in deposits), default=None),
        "last_deposit": max((row.deposited_at for row in deposits), default=None),
        "with_log": sum(bool(row.log_digest) for row in deposits),
        "handed_in_after_deposit": sum(row.digest in held for row in deposits),
        "called": [
            {"code": row.deposit.code, "step": row.deposit.step, "state": row.state, "finding": row.finding or None}
            for row in calls.order_by("deposit__number")
        ],
    }


def _links(submission: Submission, deposits: list[Deposit]) -> list[dict[str, Any]]:
    """Bytes handed in, and digests of which there are no bytes; the final checkpoint, which has no step of its own, is last."""
    known = {row.digest: row.deposited_at for row in deposits}
    items = submission.items.filter(role__in=CHECKPOINTS)
    links = [
        {
            "role": CHECKPOINTS[Role(row.role)],
            "step": 0 if row.role == Role.INITIAL_CHECKPOINT and row.step is None else row.step,
            "tokens": row.tokens,
            "digest": row.digest,
            "deposited_at": known.get(row.digest),
        }
        for row in items
    ]
    held = {link["digest"] for link in links}
    links += [
        {
            "role": DEPOSITED,
            "step": row.step,
            "tokens": row.tokens,
            "digest": row.digest,
            "deposited_at": row.deposited_at,
        }
        for row in deposits
        if row.digest not in held
    ]
    return sorted(links, key=lambda link: (link["role"] == "final", link["step"] is None, link["step"] or 0))


def _thinned(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bytes that were handed in, and of the deposits an even choice: weekly deposits of a year do not fit on a page."""
    if len(links) <= MOST_SHOWN:
        return links
    promised = [n for n, link in enumerate(links) if link["role"] == DEPOSITED]
    stride = -(-len(promised) // max(1, MOST_SHOWN - (len(links) - len(promised))))
    kept = set(promised[::stride])
    return [link for n, link in enumerate(links) if link["role"] != DEPOSITED or n in kept]
