"""Whether a push would work, before it is begun: each check is a line with what to do."""

import os
import shutil
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeVar

import urllib3

from portal.client import console
from portal.client.cache import cache_file
from portal.client.commands.base import clean_files
from portal.client.credentials import Credentials, check_url, find_credentials, known_url
from portal.client.errors import ClientError
from portal.client.scan import check_files, find_files
from portal.client.sources import Files
from portal.client.transport import UNAUTHORISED, Portal
from portal.client.words import _

OK, WARN, FAIL = "ok", "warn", "fail"
CACHE_ROOM = 64 << 20  # bytes
SKEW_WARNING, SKEW_FAILURE = 30.0, 300.0  # seconds
SLOW = 2.0  # seconds for one small answer
DAY = 86_400
WEEK = 7 * DAY


Value = TypeVar("Value")


class Line(NamedTuple):
    state: str
    check: str
    text: str
    todo: str = ""


def examine(options: Namespace) -> Iterator[Line]:
    yield _names()
    yield _cache()
    url = _quietly(lambda: check_url(known_url(options.url)))
    if url is None:
        yield Line(FAIL, _("network"), _("No portal is known."), "portal-upload login --url https://…")
    else:
        yield from _reached(url)
    yield from _signed_in(options)
    if options.paths:
        yield from _files(options)


def _names() -> Line:
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        return Line(WARN, _("names"), _("File names are read as {encoding}.").format(encoding=encoding), "PYTHONUTF8=1")
    return Line(OK, _("names"), _("File names are read as UTF-8."))


def _cache() -> Line:
    """Digests of hundreds of gigabytes are worth keeping; without a place they are made anew each time."""
    folder = cache_file().parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Line(FAIL, _("disk"), str(error), _("Set XDG_CACHE_HOME to a folder that you can write to."))
    if free < CACHE_ROOM or not os.access(folder, os.W_OK):
        text = _("{free} free for digests in {folder}").format(free=console.size(free), folder=folder)
        return Line(FAIL, _("disk"), text, _("Set XDG_CACHE_HOME to a folder with room."))
    return Line(OK, _("disk"), _("{free} free for digests in {folder}").format(free=console.size(free), folder=folder))


def _reached(url: str) -> Iterator[Line]:
    """One small request: the way there, and the clock that the answer carries."""
    portal = Portal(Credentials(url, ""), attempts=1)
    begun = time.time()
    try:
        answer = portal.pool.request("GET", f"{url}/api/token/", headers={"Accept": "application/json"}, timeout=20)
    except urllib3.exceptions.HTTPError as error:
        todo = _("Check address, proxy (HTTPS_PROXY) and certificates; ask who runs your network.")
        yield Line(FAIL, _("network"), f"{url}: {type(error).__name__}", todo)
        return
    took = time.time() - begun
    if answer.status != UNAUTHORISED:
        text = _("{url} answers with status {status}, which no portal does.").format(url=url, status=answer.status)
        yield Line(FAIL, _("network"), text, _("Check the address."))
        return
    text = _("{url} answers in {took} s").format(url=url, took=f"{took:.2f}")
    slow = _("Large uploads will take long: prefer a machine nearer to the network's edge.")
    yield Line(WARN, _("network"), text, slow) if took > SLOW else Line(OK, _("network"), text)
    yield _clock(answer.headers.get("Date", ""), here=begun + took / 2)


def _clock(date: str, *, here: float) -> Line:
    try:
        skew = abs(here - parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError):
        return Line(WARN, _("clock"), _("The portal did not say its time."))
    text = _("This machine's clock is {skew} s from the portal's.").format(skew=f"{skew:.0f}")
    todo = _("Set the clock (NTP): signed addresses and certificates depend on it. Deadlines go by the portal's clock.")
    if skew < SKEW_WARNING:
        return Line(OK, _("clock"), text)
    return Line(WARN if skew < SKEW_FAILURE else FAIL, _("clock"), text, todo)


def _signed_in(options: Namespace) -> Iterator[Line]:
    credentials = _quietly(lambda: find_credentials(url=options.url, token=options.token))
    if credentials is None:
        yield Line(FAIL, _("token"), _("Nobody is signed in on this machine."), "portal-upload login")
        return
    try:
        own = Portal(credentials, attempts=1).get("/api/token/")
    except ClientError as error:
        yield Line(FAIL, _("token"), str(error), error.hint)
        return
    days = own["expires_in"] // DAY
    text = _("valid for {team} for {days} more days").format(team=own["account_name"] or own["account"], days=days)
    soon = own["expires_in"] < WEEK
    yield Line(WARN, _("token"), text, "portal-upload login") if soon else Line(OK, _("token"), text)
    yield _quota(own["room"], needed=_needed(options))


def _quota(room: dict[str, int], *, needed: int) -> Line:
    left = room["limit"] - room["used"]
    facts = {"left": console.size(left), "limit": console.size(room["limit"]), "needed": console.size(needed)}
    if needed > left:
        text = _("{left} of {limit} are left, the files have {needed}").format(**facts)
        todo = _("Cancel uploads that you do not need, or ask the programme office. Files sent before count once.")
        return Line(WARN, _("quota"), text, todo)
    return Line(OK, _("quota"), _("{left} of {limit} are left").format(**facts))


def _needed(options: Namespace) -> int:
    files = _quietly(lambda: find_files(options.paths)) if options.paths else None
    return sum(source.stamp().size for source in (files or {}).values())


def _files(options: Namespace) -> Iterator[Line]:
    try:
        files = find_files(options.paths)
    except ClientError as error:
        yield Line(FAIL, _("files"), str(error), error.hint)
        return
    refused = list(_refused(files))
    yield from refused
    if not refused:
        total = console.size(sum(source.stamp().size for source in files.values()))
        yield Line(
            OK, _("formats"), _("{files} files, {size}, all of accepted kinds").format(files=len(files), size=total)
        )
        try:
            clean_files(options)
            yield Line(OK, _("content"), _("no keys and no personal data found"))
        except ClientError as error:
            yield Line(FAIL, _("content"), str(error), error.hint)


def _refused(files: Files) -> Iterator[Line]:
    """Each file that would be refused, not the first alone."""
    for name, source in files.items():
        try:
            check_files({name: source})
        except ClientError as error:
            yield Line(FAIL, _("formats"), str(error), error.hint)


def _quietly(ask: Callable[[], Value]) -> Value | None:
    try:
        return ask()
    except ClientError:
        return None
