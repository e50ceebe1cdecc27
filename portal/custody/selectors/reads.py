"""The list of reads as the owner sees it: who, why, when, what."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.artifacts.models import BundleFile, CustodyRead
from portal.common.time import kst
from portal.consortia.models import Consortium


class Line(NamedTuple):
    """One read in words; `file` is empty when the whole bundle was opened."""

    read: CustodyRead
    who: str
    digest: str
    file: str


def reads_of(consortium: Consortium, *, purpose: str = "") -> QuerySet[CustodyRead]:
    rows = CustodyRead.objects.filter(owner=consortium.account_key).select_related("bundle")
    return rows.filter(purpose=purpose) if purpose else rows


def lines_of(reads: Iterable[CustodyRead], consortium: Consortium) -> list[Line]:
    rows = list(reads)
    names = _names(consortium, (row.reader for row in rows))
    paths = _paths(consortium.account_key, {row.sha256 for row in rows if row.sha256})
    return [
        Line(
            row,
            names.get(row.reader) or _who(row.reader),
            row.bundle.digest if row.bundle else row.sha256,
            paths.get(row.sha256, ""),
        )
        for row in rows
    ]


def table_of(consortium: Consortium, *, purpose: str = "") -> Iterator[tuple[str, ...]]:
    """Header and rows of the CSV file, the newest first."""
    yield (_("When"), _("Who"), _("Purpose"), _("Digest"), _("File"), _("Bytes"))
    for line in lines_of(reads_of(consortium, purpose=purpose), consortium):
        read = line.read
        yield (kst(read.at), line.who, str(read.get_purpose_display()), line.digest, line.file, str(read.size))


def _names(consortium: Consortium, readers: Iterable[str]) -> dict[str, str]:
    """People of the own team by name. Nobody else is named: a panel's members are not the team's business."""
    users = User.objects.filter(memberships__consortium=consortium).distinct()
    known = {user.actor: str(user) for user in users}
    return {reader: known[reader] for reader in set(readers) if reader in known}


def _who(reader: str) -> str:
    kind, _colon, key = reader.partition(":")
    if kind == "job":
        return _("Job %(number)s of the portal") % {"number": key}
    return _("Somebody of the programme office") if kind == "user" else _("The portal")


def _paths(owner: str, digests: set[str]) -> dict[str, str]:
    rows = BundleFile.objects.filter(blob__owner=owner, blob__sha256__in=digests)
    return dict(rows.values_list("blob__sha256", "path"))
