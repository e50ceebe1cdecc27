"""Static publication: complete, verified, swapped in one step."""

import os
import re
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from portal.common.spreadsheets import csv_of, safe_cell
from portal.results.enums import State
from portal.results.errors import ReleaseRefused
from portal.results.models import ReleaseContent
from portal.results.publication import check_release, publish_site, verify_site
from portal.results.verifier import verify_release
from tests.factories.releases import make_release
from tests.factories.results import auditor_bundle
from tests.results.release_files import run_script

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def release_dir(settings, tmp_path):
    settings.RELEASE_DIR = tmp_path / "releases"
    return settings.RELEASE_DIR


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def place(release) -> str:
    return f"rounds/{release.phase.programme.slug}/{release.phase.slug}"


def test_site_holds_every_page_in_both_languages_and_the_files(release_dir):
    release = make_release()
    publish_site()
    site = release_dir / "current"
    for prefix in ("", "en/"):
        round_page = site / prefix / place(release)
        for page in ("", "v1", "v1/data", "v1/teams/A", "v1/teams/B", "v1/teams/C"):
            assert (round_page / page / "index.html").is_file(), (prefix, page)
    names = {path.name for path in (site / place(release) / "v1" / "data").iterdir()}
    assert names == {
        "index.html", "public.json", "release.json", "ledger.json", "results.csv", "items.csv", "verify_release.py", "SHA256SUMS",
    }  # fmt: skip


def test_published_files_are_accepted_by_the_verifier_that_ships_with_them(release_dir):
    release = make_release()
    publish_site()
    data = release_dir / "current" / place(release) / "v1" / "data"
    result = run_script(data, "--root", release.content.root)
    assert result.returncode == 0, result.stderr
    assert "event " in result.stdout


def test_static_pages_need_no_script_and_show_no_sign_in(release_dir):
    release = make_release()
    publish_site()
    page = (release_dir / "current" / place(release) / "index.html").read_text("utf-8")
    assert "<script" not in page
    assert "/accounts/login/" not in page
    assert 'lang="ko"' in page


def test_release_under_embargo_is_not_built(release_dir):
    release = make_release(embargo_until=timezone.now() + timedelta(hours=1))
    publish_site()
    assert not (release_dir / "current" / place(release)).exists()


def test_corrected_version_stays_stamped_and_unindexed(release_dir):
    first = make_release(State.CORRECTED)
    make_release(phase=first.phase, corrects=first, auditor=auditor_bundle(seed=8))
    publish_site()
    old = (release_dir / "current" / place(first) / "v1" / "index.html").read_text("utf-8")
    assert 'name="robots" content="noindex"' in old
    current = (release_dir / "current" / place(first) / "index.html").read_text("utf-8")
    assert "noindex" not in current


def test_changed_file_fails_the_check_of_the_site(release_dir):
    release = make_release()
    folder = publish_site()
    path = folder / place(release) / "v1" / "data" / "results.csv"
    path.write_bytes(path.read_bytes().replace(b"7", b"8"))
    with pytest.raises(ReleaseRefused, match="changed while the pages were built"):
        verify_site(folder)


def test_release_with_a_wrong_number_is_not_published():
    auditor = auditor_bundle()
    release = make_release(State.COMMITTED, auditor=auditor)
    content = release.content
    forged = content.public.replace('"77.1"', '"78.1"')
    assert forged != content.public
    release.content = ReleaseContent(release=release, **{**_fields(content), "public": forged})
    with pytest.raises(ReleaseRefused, match="verifier refuses"):
        check_release(release)


def _fields(content) -> dict[str, str]:
    return {name: getattr(content, name) for name in ("auditor", "public", "auditor_digest", "public_digest", "root")}


def test_readers_never_see_a_mixture(release_dir):
    """Many swaps under a reader: every read finds a whole copy whose sums hold."""
    release = make_release()
    folder = publish_site()
    torn, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            site = os.path.realpath(release_dir / "current")
            try:
                verify_release.verify(release_dir / site / place(release) / "v1" / "data", release.content.root)
            except (verify_release.Refused, FileNotFoundError) as error:
                torn.append(error)

    from portal.results.publication import swap

    reader = threading.Thread(target=read)
    reader.start()
    other = publish_site()
    for number in range(60):
        swap(release_dir, folder if number % 2 else other)
    stop.set()
    reader.join()
    assert torn == []


def test_failed_build_leaves_the_old_copy_and_no_draft(release_dir, settings):
    make_release()
    folder = publish_site()
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]
    with pytest.raises(Exception, match=r"base\.html|results/"):
        publish_site()
    assert (release_dir / "current").resolve() == folder.resolve()
    assert [path for path in release_dir.iterdir() if path.name.startswith(".")] == []


def test_csv_is_safe_from_formulas():
    assert [safe_cell(value) for value in ("=1+1", "+a", "-a", "@x", "\tx", "-1.5", "7", None, "가람")] == [
        "'=1+1", "'+a", "'-a", "'@x", "'\tx", "-1.5", "7", "", "가람",
    ]  # fmt: skip
    assert csv_of([("가", "=x")]) == "\ufeff가,'=x\r\n".encode()


def test_replay_gives_the_same_bytes(capsys):
    release = make_release()
    call_command("replay", str(release.pk))
    assert f"the same bytes, root {release.content.root}" in capsys.readouterr().out


def test_replay_refuses_a_changed_bundle(tmp_path):
    release = make_release()
    path = tmp_path / "auditor.json"
    path.write_text(re.sub(r'"opinion":"[^"]*"', '"opinion":"x"', release.content.auditor, count=1), encoding="utf-8")
    with pytest.raises(CommandError, match=r"sheets\[\d+\]\.digest"):
        call_command("replay", str(release.pk), bundle=path)


def test_replay_of_an_unknown_release_says_so():
    with pytest.raises(CommandError, match="no release 99"):
        call_command("replay", "99")


def test_export_gives_the_scoring_input_and_the_public_files(tmp_path):
    from portal.review.scoring.__main__ import main

    release = make_release()
    call_command("export_release", str(release.pk), output=tmp_path / "out", auditor=True)
    assert run_script(tmp_path / "out" / "public", "--root", release.content.root).returncode == 0
    assert main([str(tmp_path / "out" / "bundle.json")]) == 0
    assert (tmp_path / "out" / "auditor.json").stat().st_mode & 0o777 == 0o600
