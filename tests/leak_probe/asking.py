"""Every GET that a person could try: each address of the URLconf with each object that the database holds.

The arguments are found by their names: `sheet_id` and `sheet` take the keys of the model that ALIASES or its own name gives.
A whole number without a model takes the first keys, so a new address is tried without being told of here. Any other new
argument must say in TEXTS what to try.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse

from evaluation.models import EvaluationRun, Suite
from originality.models import CodeRun, OriginalityRun, TraceRun
from portal.accounts.models import User
from portal.calls.models import ApplicationVersion
from portal.console.models import Trial
from portal.consortia.models import Consortium, Entry
from portal.measurements.selectors.reported import places_of
from portal.programmes.models import Phase, Programme
from portal.review.models import Notice, Tally
from tests.access.third_party import THIRD_PARTY
from tests.access.urls import addresses
from tests.factories.accounts import sign_in

ARGUMENT = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
MOST = 4  # objects of one kind to try, from the first to the last
MOST_PAIRED = 2  # and where an address names several
ALIASES = {
    "sheet": "scoresheet",
    "seat": "panelseat",
    "request": "recusalrequest",
    "result": "outsideresult",
    "naming": "unsuitablenaming",
    "token": "apitoken",
    "invitation": "panelinvitation",
    "run": "submissionrun",
    "check": "selfcheck",
    "place": "consortiuminstitution",
    "item": "submissionitem",
    "session": "verificationsession",
}
TEXTS: dict[tuple[str, str], Callable[[], Iterable[Any]]] = {
    ("int", "file"): lambda: [0],
    ("int", "passage"): lambda: [0],
    ("slug", "phase"): lambda: Phase.objects.values_list("slug", flat=True),
    ("slug", "programme"): lambda: Programme.objects.values_list("slug", flat=True),
    ("slug", "slug"): lambda: [
        *Consortium.objects.values_list("slug", flat=True),
        *Programme.objects.values_list("slug", flat=True),
    ],
    ("slug", "form"): lambda: ["pdf", "odt"],
    ("slug", "name"): lambda: Suite.objects.values_list("name", flat=True),
    ("slug", "quantity"): lambda: ["loss"],
    ("str", "code"): lambda: Entry.objects.values_list("code", flat=True),
    ("str", "key"): lambda: Trial.objects.values_list("key", flat=True),
    ("str", "name"): lambda: ["public.json", "results.csv"],
    ("str", "number"): lambda: ["2026-0001"],
    ("str", "place"): lambda: [place.address for phase in Phase.objects.all() for place in places_of(phase)],
    ("slug", "number"): lambda: ApplicationVersion.objects.values_list("number", flat=True),
    ("str", "token"): lambda: ["0" * 43],
    ("uuid", "benchmark"): lambda: EvaluationRun.objects.values_list("pk", flat=True),
    ("uuid", "code"): lambda: CodeRun.objects.values_list("pk", flat=True),
    ("uuid", "report"): lambda: OriginalityRun.objects.values_list("pk", flat=True),
    ("uuid", "trace"): lambda: TraceRun.objects.values_list("pk", flat=True),
    ("uuid", "upload"): lambda: ["00000000-0000-4000-8000-000000000001"],
}
VARYING = (
    re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(rb'nonce="[^"]+"'),
)


def urls() -> list[str]:
    """Every address of ours with every object there is, in a steady order."""
    return list(
        dict.fromkeys(url for address in addresses() if address.name not in THIRD_PARTY for url in _of(address))
    )


def _of(address: Any) -> Iterator[str]:
    arguments = [(found["kind"] or "str", found["name"]) for found in ARGUMENT.finditer(address.route)]
    most = MOST if len(arguments) == 1 else MOST_PAIRED
    choices = [_spread(list(_values(kind, name, address.name)), most) for kind, name in arguments]
    for values in itertools.product(*choices):
        try:
            yield reverse(address.name, kwargs=dict(zip([name for _kind, name in arguments], values, strict=True)))
        except NoReverseMatch:
            continue  # a value that this converter does not take


def _spread(values: list[Any], most: int) -> list[Any]:
    return values[:: max(1, -(-len(values) // most))]


def _values(kind: str, name: str, address: str) -> Iterable[Any]:
    if (kind, name) in TEXTS:
        return TEXTS[kind, name]()
    if kind != "int":
        raise LookupError(f"{address} takes <{kind}:{name}>: say in TEXTS of {__name__} which values to try.")
    found = _models_named(name.removesuffix("_id"))
    if not found:
        return range(1, 3)
    return sorted({pk for model in found for pk in model._default_manager.values_list("pk", flat=True)})


def _models_named(name: str) -> list[type[Model]]:
    wanted = ALIASES.get(name, name).replace("_", "")
    return [
        model
        for model in apps.get_models()
        if model._meta.model_name == wanted and model.__module__.startswith("portal.")
    ]


def answers(user: User | None) -> dict[str, tuple[Any, ...]]:
    """Address → status, headers and bytes, without what changes from one request to the next by itself."""
    client = Client(raise_request_exception=False)
    if user is not None:
        sign_in(client, user)
    digests = [row.digest for model in (Tally, Notice) for row in model._default_manager.all()]
    digests += [row.input_digest for row in Tally.objects.all()]
    return {url: normalised(client.get(url), digests) for url in urls()}


def normalised(response: Any, digests: list[str]) -> tuple[Any, ...]:
    """The digest of a tally covers every sheet, and a notice names it: both are substituted, as the head of the ledger is."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    content = READERS.get(response.headers.get("Content-Type", "").partition(";")[0], bytes)(content)
    for pattern in VARYING:
        content = pattern.sub(b"", content)
    for digest in digests:
        content = content.replace(digest.encode(), b"digest")
    headers = sorted((key, value) for key, value in response.headers.items() if key != "Content-Length")
    return response.status_code, headers, content


def _read_zip(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name).replace(b"<text:line-break/>", b"") for name in archive.namelist()}
    return b"\0".join(name.encode() + content for name, content in members.items())


READERS: dict[str, Callable[[bytes], bytes]] = {
    "application/pdf": lambda content: content[:5],  # compressed; the ODT beside it holds the same and is compared
    "application/vnd.oasis.opendocument.text": _read_zip,
}
