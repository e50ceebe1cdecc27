"""A receipt as a document: what its page shows, without the layout of a screen."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.common.time import kst
from portal.letters.papers.build import paper_of
from portal.letters.papers.model import Block, Facts, Heading, Paper, Prose, Table
from portal.submissions.enums import Role
from portal.submissions.models import Receipt

FILES = 1000  # on paper and on the page; the JSON file names all, and the digest of the receipt covers all


def receipt_paper(receipt: Receipt, *, ledger: dict[str, Any] | None, portal: str) -> Paper:
    """Write the receipt; `portal` is the address under which it can be checked."""
    blocks: list[Block] = [
        Facts(tuple(_facts(receipt))),
        *_outstanding(receipt),
        *_files(receipt),
        *_place(ledger),
        Heading(_("How to check it")),
        Prose(
            _("Enter number and digest at %(address)s, or check the JSON file on any machine: %(command)s")
            % {
                "address": f"{portal}{reverse('receipts:verify')}",
                "command": f"portal-upload verify --receipt receipt-{receipt.number}.json",
            }
        ),
    ]
    return paper_of(_("Receipt"), number=receipt.number, date=receipt.issued_at, blocks=blocks)


def shown_files(receipt: Receipt) -> list[dict[str, Any]]:
    """Return the files to print, each with the words for its role."""
    files: list[dict[str, Any]] = receipt.document["files"][:FILES]
    return [{**file, "part": role_name(file["role"])} for file in files]


def hidden_files(receipt: Receipt) -> int:
    """Return how many files are in the JSON file only."""
    return max(0, len(receipt.document["files"]) - FILES)


def role_name(role: str) -> str:
    """Return the words for a role; one that is no longer known keeps its name."""
    return str(Role(role).label) if role in Role.values else role


def _facts(receipt: Receipt) -> Iterator[tuple[str, str]]:
    entry = receipt.submission.entry
    yield _("Issued"), kst(receipt.issued_at)
    yield _("Consortium"), f"{entry.consortium.name} ({entry.code})"
    yield _("Programme"), entry.phase.programme.name
    yield _("Phase"), entry.phase.name
    yield _("Version"), str(receipt.submission.version)
    yield _("Digest of the hand-in"), _broken(receipt.submission.digest)
    yield _("Digest of the receipt"), _broken(receipt.digest)


def _outstanding(receipt: Receipt) -> Iterator[Block]:
    if not receipt.document.get("outstanding"):
        return
    yield Heading(_("Outstanding files"))
    yield Prose(
        _("When this receipt was issued, bytes of %(count)s parts had not arrived. Their digests are bound.")
        % {"count": len(receipt.document["outstanding"])}
    )
    if due := receipt.document.get("bytes_due"):
        yield Facts(((_("Due until"), kst(datetime.fromisoformat(due))),))


def _files(receipt: Receipt) -> Iterator[Block]:
    rows = tuple(
        (file["part"], file["path"], str(filesizeformat(file["size"])), _broken(file["sha256"], width=16))
        for file in shown_files(receipt)
    )
    yield Heading(_("Files"))
    yield Table(
        _("Files of the hand-in with their SHA-256"), (_("Part"), _("File"), _("Size"), "SHA-256"), rows, frozenset({2})
    )
    if more := hidden_files(receipt):
        yield Prose(_("%(count)s more files are listed in the JSON file; the digest covers them.") % {"count": more})


def _place(ledger: dict[str, Any] | None) -> Iterator[Block]:
    if ledger is None:
        return
    yield Heading(_("Place in the ledger"))
    yield Facts(((_("Event"), str(ledger["event"]["seq"])),))
    yield Prose(_("Signed checkpoint:"))
    yield Prose(ledger["checkpoint"])


def _broken(digest: str, *, width: int = 32) -> str:
    """In lines: the whole does not fit beside its term, still less into a column."""
    return "\n".join(digest[place : place + width] for place in range(0, len(digest), width))
