"""Which endpoint serves an entry now, and whether it answered when it was last tried."""

from dataclasses import dataclass

from portal.console.models import Endpoint, EndpointCheck, Round
from portal.console.secrets import unseal
from portal.console.served import Service
from portal.consortia.enums import EntryState
from portal.consortia.models import Entry
from portal.programmes.models import Phase

STANDING = (EntryState.COMPETING, EntryState.HELD)


@dataclass(frozen=True)
class ServedEntry:
    entry: Entry
    endpoint: Endpoint | None
    check: EndpointCheck | None

    @property
    def is_ready(self) -> bool:
        return self.check is not None and not self.check.failure


def current_endpoint(entry: Entry) -> Endpoint | None:
    return entry.endpoints.order_by("-number").first()


def served_entry(entry: Entry) -> ServedEntry:
    endpoint = current_endpoint(entry)
    return ServedEntry(entry, endpoint, endpoint.checks.order_by("-pk").first() if endpoint else None)


def served_entries(phase: Phase) -> list[ServedEntry]:
    """The standing entries of the phase in the order of their codes. Few entries, so one look at each."""
    rows = Entry.objects.filter(phase=phase, state__in=STANDING).select_related("consortium", "phase__programme")
    return [served_entry(entry) for entry in rows]


def service_of(endpoint: Endpoint) -> Service:
    """Raises NoAnswer when the key was sealed under another secret."""
    return Service(endpoint.base_url, endpoint.model, unseal(endpoint.sealed_key))


def opened_rounds(phase: Phase) -> "list[Round]":
    """Rounds in which evaluators have begun to see models: from then on an endpoint changes by staff alone."""
    return list(Round.objects.filter(panel__phase=phase).exclude(state="drafted").select_related("panel"))
