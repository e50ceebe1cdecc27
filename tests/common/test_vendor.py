"""The vendor script refuses what is not pinned; what it copied is whole."""

import hashlib
import io
import re
import tarfile

import pytest

from tools import vendor

STYLES = {
    vendor.STATIC / "krds/css/component/output.css": "../../img/component/icon/",
    vendor.STATIC / "pretendard-gov/pretendard-gov.css": "./woff2-dynamic-subset/",
}


def tarball(tmp_path, files):
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_only_what_the_table_names_leaves_the_archive(tmp_path):
    package = vendor.Package("p", "1", "", tmp_path, {"LICENSE": "LICENSE", "icons/": "img/"})
    path = tarball(tmp_path, {"LICENSE": b"a", "icons/x.svg": b"b", "icons/../../evil": b"c", "index.js": b"d"})

    assert dict(vendor.members(path, package)) == {"LICENSE": b"a", "img/x.svg": b"b"}


def test_other_digest_is_refused(tmp_path, monkeypatch):
    path = tarball(tmp_path, {"LICENSE": b"a"})
    fake = tmp_path / "npm"
    fake.write_text(f"#!/bin/sh\necho {path.name}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    package = vendor.Package("p", "1", "0" * 64, tmp_path, {})

    with pytest.raises(vendor.VendorError, match=hashlib.sha256(path.read_bytes()).hexdigest()):
        vendor.fetch(package, tmp_path)


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_every_file_that_a_style_names_is_there(style):
    named = {url.strip("\"'") for url in re.findall(r"url\(([^)]+)\)", style.read_text(encoding="utf-8"))}

    assert {url for url in named if not url.startswith("data:") and not (style.parent / url).exists()} == set()
    assert any(url.startswith(STYLES[style]) for url in named)


@pytest.mark.parametrize("name", ["krds", "pretendard-gov", "htmx", "uplot"])
def test_no_vendored_style_asks_a_third_party(name):
    for style in (vendor.STATIC / name).rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//", style.read_text(encoding="utf-8"))


def test_every_vendored_package_is_named_in_the_notice():
    notice = (vendor.ROOT / "NOTICE").read_text(encoding="utf-8")

    assert [package.name for package in vendor.PACKAGES if f"npm {package.name}" not in notice] == []
    assert [package.version for package in vendor.PACKAGES if f" {package.version} (npm" not in notice] == []
