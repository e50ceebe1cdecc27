"""The certificate of a destruction: the document whose digest stands in the ledger, and the paper made from it."""

from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.artifacts.actions.destroying import Removed
from portal.artifacts.models import CustodyRead
from portal.artifacts.selectors import key_stays
from portal.artifacts.stores import current_store
from portal.common.time import kst
from portal.custody.labels import role_label
from portal.custody.models import Destruction
from portal.custody.selectors.retention import rule_for
from portal.letters.papers.build import paper_of
from portal.letters.papers.model import Block, Facts, Heading, Paper, Prose, Table

SCHEMA = "destruction/1"


def certificate_of(row: Destruction, *, number: str, removed: Removed) -> dict[str, Any]:
    """What was destroyed, when, by whose decision and how; digests stay so that a copy elsewhere can be recognised."""
    entry, rule = row.entry, rule_for(row.entry.phase)
    bundles = [item.bundle for item in row.items.select_related("bundle")]
    reads = CustodyRead.objects.filter(bundle__in=bundles).aggregate(count=Count("pk"), last=Max("at"))
    return {
        "schema": SCHEMA,
        "number": number,
        "entry": {
            "code": entry.code,
            "consortium_ko": entry.consortium.name_ko,
            "consortium_en": entry.consortium.name_en,
        },
        "phase": entry.phase.slug,
        "rule": {"days": rule.days, "roles": rule.roles, "ground": rule.reason} if rule else None,
        "reason": row.reason,
        "proposed": {"by": row.proposed_by, "at": row.proposed_at.isoformat()},
        "approved": {"by": row.decided_by, "at": row.decided_at.isoformat() if row.decided_at else None},
        "destroyed_at": row.done_at.isoformat() if row.done_at else None,
        "bundles": [
            {
                "role": item.role,
                "digest": item.bundle.digest,
                "bytes": item.bundle.total_size,
                "files": item.bundle.file_list(),
            }
            for item in row.items.select_related("bundle")
        ],
        "objects_removed": removed.removed,
        "sent_again_meanwhile": list(removed.kept),
        "encrypted_at_rest": current_store().sealed,
        "key_destroyed": current_store().sealed and not key_stays(entry.consortium.account_key),
        "reads": {"count": reads["count"], "last": reads["last"].isoformat() if reads["last"] else None},
    }


def certificate_paper(row: Destruction) -> Paper:
    document = row.certificate
    blocks: list[Block] = [
        Facts(tuple(_facts(row))),
        Heading(_("What was destroyed")),
        _bundles(document),
        Heading(_("How")),
        Prose(_method(document)),
        Heading(_("What stays")),
        Prose(_("Names, sizes and digests of the files, reports of the runs, and the record of every read stay.")),
        Facts(((_("Digest of the certificate"), _broken(row.digest)),)),
    ]
    return paper_of(_("Certificate of destruction"), number=document["number"], date=row.done_at, blocks=blocks)


def _facts(row: Destruction) -> list[tuple[str, str]]:
    entry, document = row.entry, row.certificate
    total = sum(bundle["bytes"] for bundle in document["bundles"])
    return [
        (_("Programme"), entry.phase.programme.name),
        (_("Phase"), entry.phase.name),
        (_("Team"), f"{entry.code} · {entry.consortium.name}"),
        (_("Destroyed at"), kst(row.done_at) if row.done_at else "-"),
        (_("Reason"), row.reason),
        (_("Who proposed it"), f"{person(row.proposed_by)}, {kst(row.proposed_at)}"),
        (_("Who approved it"), f"{person(row.decided_by)}, {kst(row.decided_at) if row.decided_at else '-'}"),
        (_("Bytes"), f"{total:,}"),
        (_("Reads while it was kept"), str(document["reads"]["count"])),
    ]


def _bundles(document: dict[str, Any]) -> Table:
    return Table(
        caption=_("Bundles that were destroyed"),
        columns=(_("Role"), _("Digest"), _("Files"), _("Bytes")),
        rows=tuple(
            (role_label(bundle["role"]), _broken(bundle["digest"]), str(len(bundle["files"])), f"{bundle['bytes']:,}")
            for bundle in document["bundles"]
        ),
        numbers=frozenset({2, 3}),
    )


def _method(document: dict[str, Any]) -> str:
    words = _("%(count)s objects were removed from the store, and the store was asked for each of them afterwards.")
    text = words % {"count": document["objects_removed"]}
    if document["encrypted_at_rest"]:
        text += " " + _(
            "They lay there encrypted; the key of each file was destroyed, so that no copy of the store opens it."
        )
        text += " " + _("The key of the team was destroyed.") if document["key_destroyed"] else ""
    else:
        text += " " + _("They lay there unencrypted: blocks of the disks are overwritten by later use.")
    return text


def person(actor: str) -> str:
    """The name of whoever acted; what acts by itself is the portal."""
    kind, _colon, key = actor.partition(":")
    found = User.objects.filter(pk=key).first() if kind == "user" and key.isdecimal() else None
    return str(found) if found else _("the portal")


def _broken(digest: str) -> str:
    """In two lines: the whole does not fit beside its term."""
    return f"{digest[:32]}\n{digest[32:]}"
