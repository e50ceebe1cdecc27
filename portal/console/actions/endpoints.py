"""Where a model is served: entered by its team or by staff, tried before anybody meets it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.formats.canonical import digest_of
from portal.console.actions.base import leave_trace
from portal.console.addresses import target_of
from portal.console.enums import AuditAction
from portal.console.errors import NoAnswer
from portal.console.models import Endpoint, EndpointCheck
from portal.console.secrets import seal
from portal.console.selectors.endpoints import current_endpoint, opened_rounds, service_of
from portal.console.served import Message, ask
from portal.consortia.models import Entry
from portal.review.actions.base import locked, require_member, require_outsider, require_stage, require_text
from portal.review.errors import NotPossible

TRY_SECONDS = 30
TRY_TEXT = "1 + 1 = ?"
STAGES = ("receiving", "closed", "scoring")


@dataclass(frozen=True)
class EndpointData:
    """`key` empty keeps the one before; `drop_key` forgets it."""

    base_url: str
    model: str
    key: str = ""
    drop_key: bool = False
    other_names: str = ""
    reason: str = ""


@transaction.atomic
def enter_endpoint(entry: Entry, *, data: EndpointData, entered_by: User) -> Endpoint:
    """The next version of where the entry's model is served. After the first opening it is a matter of staff, with a reason."""
    row = locked(entry)
    require_stage(row.phase, *STAGES, doing=_("Entering a served model"))
    _require_may_enter(row, data, entered_by)
    target_of(data.base_url)
    last = current_endpoint(row)
    if (
        last is not None
        and last.sealed_key
        and not (data.key or data.drop_key)
        and _moves(last.base_url, data.base_url)
    ):
        raise NotPossible(_("The key belongs to the address before. Enter the key of the new address, or drop it."))
    number = (Endpoint.objects.filter(entry=row).aggregate(last=Max("number"))["last"] or 0) + 1
    endpoint = Endpoint.objects.create(
        entry=row,
        number=number,
        base_url=data.base_url,
        model=data.model,
        sealed_key=_sealed_key(data, last),
        other_names=data.other_names,
        reason=data.reason,
        entered_by=entered_by,
    )
    where = digest_of({"base_url": data.base_url, "model": data.model})
    after = {"entry": row.pk, "number": number, "digest": where}
    leave_trace(AuditAction.ENDPOINT_ENTERED, by=entered_by, subject=endpoint, after=after, reason=data.reason)
    return endpoint


def _require_may_enter(entry: Entry, data: EndpointData, user: User) -> None:
    opened = bool(opened_rounds(entry.phase))
    if "officer" in user.role_names():
        require_outsider(user, entry.phase)
        if opened:
            require_text(data.reason, _("Evaluators have met this model: give the reason for the change."))
        return
    require_member(user, entry.consortium_id)
    if opened:
        raise NotPossible(_("The evaluation has begun. Ask the secretariat to change where your model is served."))


def _sealed_key(data: EndpointData, last: Endpoint | None) -> str:
    if data.drop_key:
        return ""
    if data.key:
        return seal(data.key)
    return last.sealed_key if last else ""


def _moves(before: str, after: str) -> bool:
    """Whether the two lie on different servers: a key must never be handed to another one."""
    return urlsplit(before)[:2] != urlsplit(after)[:2]


def check_endpoint(endpoint: Endpoint, *, checked_by: User) -> EndpointCheck:
    """One harmless question. The network is asked outside of any transaction; what is kept is whether it answered."""
    failure = ""
    try:
        ask(service_of(endpoint), messages=[Message("user", TRY_TEXT)], seconds=TRY_SECONDS)
    except NoAnswer as error:
        failure = error.failure.value
    return _keep_check(endpoint, failure=failure, user=checked_by)


@transaction.atomic
def _keep_check(endpoint: Endpoint, *, failure: str, user: User) -> EndpointCheck:
    row = EndpointCheck.objects.create(endpoint=endpoint, failure=failure, checked_by=user)
    leave_trace(AuditAction.ENDPOINT_CHECKED, by=user, subject=endpoint, after={"failure": failure})
    return row
