"""What is sealed when an application is handed in, and the receipt that says so."""

from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from portal.calls.models import Application, ApplicationVersion
from portal.calls.selectors.calls import requirements_of
from portal.common.formats.canonical import digest_of
from portal.common.time import KST
from portal.consortia.selectors import places_of


def write_version(application: Application, *, number: int, handed_in_by: User) -> ApplicationVersion:
    """Insert the next version. Numbers of receipts carry an A, so that they differ from those of hand-ins of a phase."""
    now = timezone.now()
    document = application_document(application, version=number)
    receipt_number = f"{now.astimezone(KST):%Y%m%d}-A{application.pk:05d}-{number}"
    receipt: dict[str, Any] = {
        "schema": "receipt/1",
        "number": receipt_number,
        "issued_at": now.astimezone(KST).isoformat(timespec="seconds"),
        "application": document,
        "application_digest": digest_of(document),
        "files": _files_of(application),
    }
    return ApplicationVersion.objects.create(
        application=application,
        version=number,
        number=receipt_number,
        document=document,
        digest=receipt["application_digest"],
        receipt=receipt,
        receipt_digest=digest_of(receipt),
        handed_in_by=handed_in_by,
        handed_in_at=now,
    )


def application_document(application: Application, *, version: int) -> dict[str, Any]:
    """Schema application/1: the text, the institutions behind it with their consents, the list that was confirmed."""
    call = application.call
    return {
        "schema": "application/1",
        "programme": call.phase.programme.slug,
        "phase": call.phase.slug,
        "call": call.pk,
        "consortium": application.consortium.slug,
        "version": version,
        "content": {**application.content(), "digest": application.content_digest},
        "requirements": [{"number": row.number, "ko": row.text_ko, "en": row.text_en} for row in requirements_of(call)],
        "institutions": _institutions(application),
    }


def _institutions(application: Application) -> list[dict[str, Any]]:
    """Lead and members as they stand, each member with the moment of its consent."""
    consents = {row.institution_id: row for row in application.consents.all()}
    places = places_of(application.consortium).filter(accepted_at__isnull=False, ends=None)
    return [
        {
            "registration_number": place.institution.registration_number,
            "name_ko": place.institution.name_ko,
            "name_en": place.institution.name_en,
            "role": str(place.role),
            "consented_at": _moment(consents.get(place.institution_id)),
        }
        for place in places
    ]


def _moment(consent: Any) -> str | None:
    return consent.answered_at.astimezone(KST).isoformat(timespec="seconds") if consent else None


def _files_of(application: Application) -> list[dict[str, Any]]:
    bundle = application.plan_bundle
    return [{"role": "plan", "bundle": bundle.digest, **entry} for entry in bundle.file_list()] if bundle else []
