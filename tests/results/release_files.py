"""Write the files of a release as the data page offers them, and run the verifier on them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal.common.formats.canonical import canonical_json
from portal.results.bundle import build_public, root_document, seal
from portal.results.verifier import verify_release

SCRIPT = Path(verify_release.__file__)


def write_release(folder: Path, auditor: dict[str, Any]) -> str:
    sealed = seal(auditor, build_public(auditor))
    (folder / "public.json").write_text(sealed.public, encoding="utf-8")
    document = root_document(auditor_digest=sealed.auditor_digest, public_digest=sealed.public_digest)
    (folder / "release.json").write_bytes(canonical_json({"root": sealed.root, "document": document}))
    return sealed.root


def reseal(folder: Path, public: dict[str, Any]) -> str:
    """What a forger would do: new digests over changed content."""
    text = json.dumps(public, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    (folder / "public.json").write_bytes(text)
    release = verify_release.read_json(folder / "release.json")
    document = {**release["document"], "public": verify_release.sha256(text)}
    root = verify_release.sha256(verify_release.canonical(document))
    (folder / "release.json").write_bytes(verify_release.canonical({"root": root, "document": document}))
    return root


def run_script(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a stranger runs it: isolated, with nothing of this project importable."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def accepts(folder: Path, root: str | None = None) -> bool:
    try:
        verify_release.verify(folder, root)
    except verify_release.Refused:
        return False
    return True
