"""The source code that the teams hand in: this project's own training loop, and what two of them take from a public library.

The library's text is read from what is installed when the demonstration plays; nothing of it is in this repository.
"""

import io
import re
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

from originality.core.code.index import Origin

OWN = ("training.py", "recipes.py", "logs.py", "text.py")
LIBRARY = "transformers"
TAKEN = "models/mistral/modeling_mistral.py"
PARTS = ("llama", "mistral", "gemma3", "qwen2", "gpt_neox", "olmo")  # of the library, for the corpus
HEADER = re.compile(r"\A(?:#[^\n]*\n)+")
README = "# {name}\n\nTraining code of {name}. Run `python training.py`.\n"
NOTICE = "This product includes software of the {library} library (Apache-2.0): models/modeling_{name}.py is derived from {taken}.\n"


def library() -> Path | None:
    spec = find_spec(LIBRARY)
    return Path(spec.origin).parent if spec and spec.origin else None


def write_code(path: Path, *, name: str, borrows: str = "") -> Path:
    """Write a ZIP or tar.gz; `borrows` is "openly" (with its header and a NOTICE) or "silently" (renamed, without them)."""
    files = {item: (Path(__file__).parent / item).read_text(encoding="utf-8") for item in OWN}
    files["README.md"] = README.format(name=name)
    files["LICENSE"] = (Path(__file__).parents[1] / "LICENSE").read_text(encoding="utf-8")
    if borrows and (source := library()):
        text = (source / TAKEN).read_text(encoding="utf-8").replace("Mistral", name.capitalize())
        files[f"models/modeling_{name}.py"] = text if borrows == "openly" else HEADER.sub("", text)
        if borrows == "openly":
            files["NOTICE"] = NOTICE.format(library=LIBRARY, name=name, taken=TAKEN)
    packed = _zipped(files, top=name) if path.suffix == ".zip" else _tarred(files, top=name)
    path.write_bytes(packed)
    return path


def _zipped(files: dict[str, str], *, top: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"{top}/{name}", text)
    return packed.getvalue()


def _tarred(files: dict[str, str], *, top: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def public_code() -> list[Origin]:
    """Return a few model families of the installed library: a small corpus that shows what a large one is for."""
    from importlib.metadata import version

    source = library()
    if source is None:
        return []
    folders = [source / "models" / part for part in PARTS]
    return [Origin(LIBRARY, version(LIBRARY), "Apache-2.0", folder) for folder in folders if folder.is_dir()]
