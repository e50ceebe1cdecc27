"""Publishing: build every page and file outside the web root, verify them, and swap them in by one atomic rename.

    RELEASE_DIR/site-<n>/…      one complete static copy, in both languages
    RELEASE_DIR/current         symbolic link that a web server serves; replaced, never edited

The results pages then stand without Django, database and Redis.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.common.context import site
from portal.results import actions
from portal.results.errors import ReleaseRefused
from portal.results.models import Release
from portal.results.policies import public_releases
from portal.results.presentation.pages import DATA, ROUND, TEAM, data_context, release_url, round_context, team_context
from portal.results.selectors.files import files_of, sums_of
from portal.results.verifier import verify_release

LANGUAGES = ("ko", "en")
LINK = "current"
SUMS = "SITE-SHA256SUMS"


def publish_release(release: Release, *, by: User) -> Release:
    """Refuse before the embargo and without two approvals; then record, build, verify and swap."""
    now = timezone.now()
    actions.require_publishable(release, by=by, at=now)
    check_release(release)
    release = actions.mark_published(release, by=by, at=now)
    publish_site()
    return release


def confirm_release(release: Release, *, by: User) -> Release:
    """From provisional to confirmed, on the static pages too."""
    release = actions.mark_confirmed(release, by=by)
    publish_site()
    return release


def check_release(release: Release) -> None:
    """Run the public verifier on the files as they will be offered."""
    with tempfile.TemporaryDirectory() as folder:
        write_files(release, Path(folder))
        try:
            verify_release.verify(Path(folder), release.content.root)
        except verify_release.Refused as refusal:
            raise ReleaseRefused(_("The verifier refuses this release: %(why)s") % {"why": refusal}) from refusal


def publish_site() -> Path:
    """Build all public releases into a new folder and point the link at it. Returns the folder."""
    root = Path(settings.RELEASE_DIR)
    root.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=root))
    try:
        build_site(draft)
        verify_site(draft)
        folder = root / f"site-{_next_number(root)}"
        draft.chmod(0o755)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    swap(root, folder)
    return folder


def swap(root: Path, folder: Path) -> None:
    """Readers see the old copy or the new one, never a mixture: rename over a symbolic link is atomic."""
    link = root / f".{folder.name}.link"
    link.symlink_to(folder.name)
    link.replace(root / LINK)


def build_site(folder: Path) -> None:
    releases = list(public_releases(at=timezone.now()).order_by("phase", "version"))
    for release in releases:
        for language in LANGUAGES:
            with translation.override(language):
                for url, template, context in pages_of(release):
                    _write(folder, url, render_page(url, template, context))
                data = folder / release_url(release, "results:data").strip("/")
            write_files(release, data)
    _write_sums(folder)


def pages_of(release: Release) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Address, template and context of every page of a release, in the language that is active."""
    context = round_context(release)
    yield release_url(release), ROUND, context
    if not context["newer"]:
        yield round_url(release), ROUND, context
    yield release_url(release, "results:data"), DATA, data_context(release)
    for entry in context["document"]["entries"]:
        code = entry["code"]
        page = team_context(release, code)
        if page is not None:
            yield release_url(release, "results:team", code=code), TEAM, page


def round_url(release: Release) -> str:
    return reverse("results:round", kwargs={"programme": release.phase.programme.slug, "phase": release.phase.slug})


def render_page(url: str, template: str, context: dict[str, Any]) -> str:
    """Without a request in the context, so that the copy offers no sign-in."""
    request = HttpRequest()
    request.path = request.path_info = url
    return render_to_string(template, {**site(request), **context})


def write_files(release: Release, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files_of(release).items():
        (folder / name).write_bytes(data)


def verify_site(folder: Path) -> None:
    """Every file has its sum, and every release is accepted by the public verifier."""
    for line in (folder / SUMS).read_text(encoding="utf-8").splitlines():
        digest, _gap, name = line.partition("  ")
        if verify_release.sha256((folder / name).read_bytes()) != digest:
            raise ReleaseRefused(_("%(name)s changed while the pages were built; publish again.") % {"name": name})
    for release in folder.rglob("release.json"):
        verify_release.verify(release.parent)


def _write(folder: Path, url: str, text: str) -> None:
    path = folder / url.strip("/") / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_sums(folder: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    (folder / SUMS).write_bytes(sums_of(files))


def _next_number(root: Path) -> int:
    taken = [int(path.name.removeprefix("site-")) for path in root.glob("site-*") if path.name[5:].isdecimal()]
    return max(taken, default=0) + 1
