"""What is known of a training run beside its logs: the team's declaration, its chain and deposits, the cards it was granted."""

from functools import lru_cache

from originality.core.trace.cards import peak_flops
from originality.core.trace.declaration import parse_declaration_of_training
from originality.core.trace.facts import ChainLink, Declaration, Deposited, Facts, Grant
from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Blob
from portal.consortia.models import Entry
from portal.consortia.selectors.support import GrantRow, support_rows
from portal.submissions.enums import Role
from portal.submissions.models import Submission
from portal.submissions.registry import deposits_of


def declared_training(submission: Submission) -> Declaration | None:
    """Return what the team declared of its training; None while there is no declaration."""
    item = submission.items.filter(role=Role.TRAINING_DECLARATION).select_related("bundle").first()
    if item is None or item.bundle is None:
        return None
    blob = item.bundle.files.values_list("blob_id", "blob__sha256").first()
    return _read(*blob) if blob else None


@lru_cache(maxsize=256)
def _read(blob_id: int, sha256: str) -> Declaration:
    """Read once per process, as the component declaration is; the digest belongs to the key for the same reason."""
    with open_blob(Blob.objects.get(pk=blob_id), reader="system", purpose=ReadPurpose.DECLARATION) as file:
        return parse_declaration_of_training(file.read())


def training_facts(submission: Submission) -> Facts:
    """Gather what fixes the checks of a hand-in's training run, apart from the checkpoints whose bytes are here."""
    entry = submission.entry
    deposits = deposits_of(entry)
    opened = entry.phase.opens_at
    return Facts(
        declaration=declared_training(submission),
        chain=tuple(ChainLink(row.digest, "deposited", row.step, row.tokens) for row in deposits),
        deposits=tuple(
            Deposited(row.digest, row.step, row.tokens, row.at.isoformat(), row.log_digest, row.log_bytes)
            for row in deposits
        ),
        grants=_grants(entry),
        phase_opened=opened.isoformat() if opened else "",
    )


def _grants(entry: Entry) -> tuple[Grant, ...]:
    rows = support_rows(entry.phase.programme, entry.consortium)
    return tuple(_grant(row) for row in rows if row.version.cards)


def _grant(row: GrantRow) -> Grant:
    version = row.version
    return Grant(
        card_type=version.card_type,
        cards=version.cards,
        starts=version.starts.isoformat(),
        ends=version.ends.isoformat(),
        gpu_hours=float(row.used_hours),
        peak_flops=peak_flops(version.card_type),
    )
