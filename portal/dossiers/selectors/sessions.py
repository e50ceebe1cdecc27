"""Reads of sessions: the agenda as a document, the pieces that the team says yes or no to, and the record that is published."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.common.formats.canonical import digest_of
from portal.consortia.models import Entry
from portal.dossiers.documents import both, plain
from portal.dossiers.enums import PieceKind, SessionState
from portal.dossiers.models import Consent, Exhibit, MinutesLine, SessionQuestion, VerificationSession
from portal.dossiers.selectors.people import attendance

RECORD_SCHEMA = "verification-record/1"


class Piece(NamedTuple):
    """`agreed` is None until the team has said yes or no to the piece as it stands now; `document` is what would be public."""

    kind: PieceKind
    number: int
    digest: str
    document: dict[str, Any]
    agreed: bool | None
    at: datetime | None

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.number}"


def sessions_of(entry: Entry) -> QuerySet[VerificationSession]:
    return VerificationSession.objects.filter(entry=entry)


def open_sessions(entry: Entry) -> Iterator[str]:
    """What keeps the entry's bytes from being destroyed; custody asks for it (portal.custody.registry)."""
    if sessions_of(entry).filter(state__in=(SessionState.PLANNED, SessionState.HELD)).exists():
        yield _("A verification session is planned, or its record is not published yet.")


def published_sessions() -> QuerySet[VerificationSession]:
    rows = VerificationSession.objects.filter(state=SessionState.PUBLISHED)
    return rows.select_related("entry__consortium", "entry__phase__programme").order_by("-held_at", "-id")


def agenda_document(session: VerificationSession) -> dict[str, Any]:
    """The agenda with the digest of everything that is shown, in order."""
    shown: dict[int, list[Exhibit]] = {}
    for exhibit in session.exhibits.order_by("number"):
        shown.setdefault(exhibit.item_id, []).append(exhibit)
    return {
        "schema": "verification-agenda/1",
        "session": session.pk,
        "items": [
            {
                "number": item.number,
                "title": item.title,
                "minutes": item.minutes,
                "shows": [
                    {"number": one.number, "part": one.part, "digest": one.digest} for one in shown.get(item.pk, [])
                ],
            }
            for item in session.agenda.order_by("number")
        ],
    }


def pieces_of(session: VerificationSession) -> list[Piece]:
    """Evidence, questions with their answers, paragraphs of the minutes: each with the team's last word on just this text."""
    latest: dict[tuple[str, int, str], Consent] = {
        (row.kind, row.number, row.digest): row for row in session.consents.order_by("pk")
    }
    found = [
        *(_of_exhibit(row) for row in session.exhibits.order_by("number")),
        *(_of_question(row) for row in session.questions.select_related("answer", "item").order_by("number")),
        *(_of_line(row) for row in session.lines.order_by("number")),
    ]
    return [_with_consent(piece, latest.get((piece.kind, piece.number, piece.digest))) for piece in found]


def _with_consent(piece: Piece, consent: Consent | None) -> Piece:
    return piece._replace(agreed=consent.agreed, at=consent.given_at) if consent else piece


def _piece(kind: PieceKind, number: int, document: dict[str, Any]) -> Piece:
    return Piece(kind, number, digest_of(document), document, None, None)


def _of_exhibit(row: Exhibit) -> Piece:
    """Its digest is that of the frozen document alone, as the agenda names it."""
    return Piece(PieceKind.EXHIBIT, row.number, row.digest, {"part": row.part, "document": row.document}, None, None)


def _of_question(row: SessionQuestion) -> Piece:
    answer = getattr(row, "answer", None)
    document = {
        "number": row.number,
        "item": row.item.number if row.item else None,
        "asked_as": row.asked_as,
        "question": row.text,
        "answer": answer.text if answer else None,
        "aloud": answer.aloud if answer else None,
    }
    return _piece(PieceKind.QUESTION, row.number, document)


def _of_line(row: MinutesLine) -> Piece:
    return _piece(PieceKind.MINUTES, row.number, {"number": row.number, "text": row.text})


def record_of(session: VerificationSession, *, published_at: datetime) -> dict[str, Any]:
    """What becomes public: the facts of the office, and of the pieces those alone that the team agreed to, each with its digest."""
    pieces = pieces_of(session)
    agreed = {kind: [piece for piece in pieces if piece.kind == kind and piece.agreed] for kind in PieceKind}
    entry = session.entry
    return {
        "schema": RECORD_SCHEMA,
        "session": session.pk,
        "programme": both(entry.phase.programme),
        "phase": both(entry.phase),
        "entry": entry.code,
        "consortium": both(entry.consortium),
        "subject": session.subject,
        "purpose": session.purpose,
        "place": session.place,
        "held_at": plain(session.held_at),
        "published_at": plain(published_at),
        "agenda_digest": session.agenda_digest,
        "agenda": _public_agenda(session, agreed[PieceKind.EXHIBIT]),
        "attendance": attendance(session),
        "questions": [{**piece.document, "digest": piece.digest} for piece in agreed[PieceKind.QUESTION]],
        "minutes": [{**piece.document, "digest": piece.digest} for piece in agreed[PieceKind.MINUTES]],
        "counts": {
            kind.value: {
                "pieces": sum(piece.kind == kind for piece in pieces),
                "published": len(agreed[kind]),
            }
            for kind in PieceKind
        },
    }


def _public_agenda(session: VerificationSession, agreed: list[Piece]) -> list[dict[str, Any]]:
    """Points with what was shown under them; of evidence without consent neither its part nor its digest is told."""
    told = {piece.number: piece for piece in agreed}
    return [
        {
            "number": item["number"],
            "title": item["title"],
            "minutes": item["minutes"],
            "shown": [
                {"number": one["number"], "digest": one["digest"], **told[one["number"]].document}
                for one in item["shows"]
                if one["number"] in told
            ],
        }
        for item in agenda_document(session)["items"]
    ]
