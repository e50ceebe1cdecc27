"""Fetch the third-party parts of the pages, check their SHA-256 and copy only what is used.

    python tools/vendor.py            styles, fonts and scripts into static/vendor (committed)
    python tools/vendor.py --tests    axe-core and the HTML validator into var/vendor (ignored)

`npm pack` fetches from whichever registry npm is set to; the pinned digests make the source irrelevant.
A new version: change it here, run, put the digest that the error names into PACKAGES, look at the difference, commit.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "static" / "vendor"
TEST_CACHE = ROOT / "var" / "vendor"


class Package(NamedTuple):
    name: str
    version: str
    sha256: str
    target: Path
    files: dict[str, str]  # path in the package -> path under target; a trailing "/" copies a folder


PACKAGES = [
    Package(
        "krds-uiux",
        "1.1.0",
        "2958eee582fabe3a3319a1032880f0f838c79647a311497d0d2045686c35dba8",
        STATIC / "krds",
        {
            "resources/css/component/output.css": "css/component/output.css",
            "resources/css/token/krds_tokens.css": "css/token/krds_tokens.css",
            "resources/img/component/icon/": "img/component/icon/",
        },
    ),
    Package(
        "pretendard-gov",
        "1.3.9",
        "eed5dc88f4b699bf9543f5c3c77057370f3a541f85f46315b6f2485d2770716c",
        STATIC / "pretendard-gov",
        {
            "dist/LICENSE.txt": "LICENSE.txt",
            "dist/web/static/pretendard-gov-dynamic-subset.css": "pretendard-gov.css",
            "dist/web/static/woff2-dynamic-subset/": "woff2-dynamic-subset/",
        },
    ),
    Package(
        "pretendard-gov",
        "1.3.9",
        "eed5dc88f4b699bf9543f5c3c77057370f3a541f85f46315b6f2485d2770716c",
        ROOT / "portal" / "letters" / "papers" / "fonts",
        {
            "dist/LICENSE.txt": "LICENSE.txt",
            "dist/public/static/PretendardGOV-Regular.otf": "PretendardGOV-Regular.otf",
            "dist/public/static/PretendardGOV-Bold.otf": "PretendardGOV-Bold.otf",
        },
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e",
        STATIC / "htmx",
        {"LICENSE": "LICENSE", "dist/htmx.min.js": "htmx.min.js"},
    ),
    Package(
        "uplot",
        "1.6.32",
        "4b8a8191e425658e3ea8c8c1314b0fc679c861ee3a1af2b20c7b16ba50b5133d",
        STATIC / "uplot",
        {"LICENSE": "LICENSE", "dist/uPlot.iife.min.js": "uPlot.iife.min.js", "dist/uPlot.min.css": "uPlot.min.css"},
    ),
]
TEST_PACKAGES = [
    Package(
        "axe-core",
        "4.14.1",
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        TEST_CACHE / "axe",
        {"axe.min.js": "axe.min.js"},
    ),
    Package(
        "vnu-jar",
        "26.9.27",
        "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7",
        TEST_CACHE / "vnu",
        {"build/dist/vnu.jar": "vnu.jar"},
    ),
]

FONT_WEIGHTS = {"400": "Regular", "700": "Bold"}
FONT_FACE = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)
URL = re.compile(r"url\(([^)]+)\)")


class VendorError(RuntimeError):
    """A package is not what was pinned."""


def fetch(package: Package, folder: Path) -> Path:
    """The checked tarball, fetched by npm into `folder`."""
    spec = f"{package.name}@{package.version}"
    done = subprocess.run(
        ["npm", "pack", "--silent", spec], cwd=folder, check=False, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise VendorError(f"npm could not fetch {spec}: {done.stderr.strip()[-400:]}")
    tarball = folder / done.stdout.strip().splitlines()[-1]
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != package.sha256:
        raise VendorError(f"{spec} has SHA-256 {found}, pinned is {package.sha256}. Nothing was copied.")
    return tarball


def members(tarball: Path, package: Package) -> Iterator[tuple[str, bytes]]:
    """(target path, content) of every wanted file. Paths come from our table, never from the archive alone."""
    with tarfile.open(tarball, "r:gz") as archive:
        for member in archive:
            inner = member.name.removeprefix("package/")
            target = wanted_as(inner, package.files)
            if member.isfile() and target and (stream := archive.extractfile(member)):
                yield target, stream.read()


def wanted_as(inner: str, files: dict[str, str]) -> str | None:
    if inner in files:
        return files[inner]
    for source, target in files.items():
        if source.endswith("/") and inner.startswith(source) and ".." not in PurePosixPath(inner).parts:
            return target + inner.removeprefix(source)
    return None


def install(package: Package) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = dict(members(fetch(package, Path(folder)), package))
    missing = [target for target in package.files.values() if not any(path.startswith(target) for path in found)]
    if missing:
        raise VendorError(f"{package.name} {package.version} lacks {', '.join(missing)}.")
    shutil.rmtree(package.target, ignore_errors=True)
    for path, content in prune(package.name, found).items():
        file = package.target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def prune(name: str, found: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out what no page can ask for: font weights we do not set, icons that no rule names."""
    if name == "pretendard-gov" and "pretendard-gov.css" in found:
        found["pretendard-gov.css"] = two_weights(found["pretendard-gov.css"].decode()).encode()
        return {
            path: data for path, data in found.items() if "woff2" not in path or _weight(path) in FONT_WEIGHTS.values()
        }
    if name == "krds-uiux":
        style = found["css/component/output.css"].decode()
        icons = {PurePosixPath(url.strip("\"'")).name for url in URL.findall(style)}
        return {path: data for path, data in found.items() if "/icon/" not in path or PurePosixPath(path).name in icons}
    return found


def _weight(path: str) -> str:
    return PurePosixPath(path).name.removeprefix("PretendardGOV-").partition(".")[0]


def two_weights(style: str) -> str:
    """The style sheet's own rules for the weights we use, woff2 only; the fonts themselves stay untouched."""
    head = style[: style.index("@font-face")].rpartition("/* [0] */")[0]
    faces = [
        re.sub(r",\s*url\([^)]*\.woff\) format\('woff'\)", "", face)
        for face in FONT_FACE.findall(style)
        if any(f"font-weight: {weight};" in face for weight in FONT_WEIGHTS)
    ]
    return head + "".join(faces)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--tests", action="store_true", help="the tools of the browser tests instead of the pages' parts"
    )
    options = parser.parse_args()
    try:
        for package in TEST_PACKAGES if options.tests else PACKAGES:
            install(package)
            print(f"{package.name} {package.version} -> {package.target.relative_to(ROOT)}")
    except (VendorError, OSError) as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
