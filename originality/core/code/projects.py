"""Whose code a folder is: name, version and licence from what packages and repositories say of themselves."""

from email.parser import HeaderParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from originality.core.code.index import Origin
from originality.core.code.licences import notices_of
from originality.core.errors import InputError

READ = 200_000  # bytes of a file of metadata or of a licence
UNKNOWN = "unknown"


def origin_of(text: str) -> Origin:
    """Read FOLDER or NAME=FOLDER; version and licence come from the folder, "unknown" where it says none."""
    name, equals, path = text.partition("=")
    folder = Path(path if equals else text)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    name = name if equals else folder.resolve().name
    version, licence = _said_by(folder)
    return Origin(name, version, licence, folder)


def installed(package: str) -> list[Origin]:
    """Return the folders of a Python package that is installed here, all of one project."""
    try:
        found = distribution(package)
    except PackageNotFoundError as error:
        raise InputError(f"{package}: no such package is installed here") from error
    tops = {path.parts[0] for path in found.files or () if path.suffix == ".py" and len(path.parts) > 1}
    folders = [Path(str(found.locate_file(top))) for top in sorted(tops) if ".." not in top]
    licence = _licence({key: found.metadata[key] for key in ("License-Expression", "License") if key in found.metadata})
    if licence == UNKNOWN:
        licence = _from_texts(
            [Path(str(found.locate_file(path))) for path in found.files or () if _is_licence(path.name)]
        )
    held = [folder for folder in folders if folder.is_dir()]
    if not held:
        raise InputError(f"{package}: it has no folder of Python files")
    return [Origin(found.metadata["Name"], found.version, licence, folder) for folder in held]


def _said_by(folder: Path) -> tuple[str, str]:
    metadata = folder / "PKG-INFO"
    headers = dict(HeaderParser().parsestr(_text(metadata)).items()) if metadata.is_file() else {}
    licence = _licence(headers)
    if licence == UNKNOWN:
        texts = [
            path for place in (folder, folder.parent) for path in sorted(place.iterdir()) if _is_licence(path.name)
        ]
        licence = _from_texts(texts)
    return headers.get("Version", UNKNOWN), licence


def _licence(headers: dict[str, str]) -> str:
    said = headers.get("License-Expression") or headers.get("License") or ""
    return said if said and "\n" not in said and len(said) <= 100 else UNKNOWN


def _from_texts(paths: list[Path]) -> str:
    found = [name for path in paths[:20] if path.is_file() for name in notices_of(_text(path)).licences]
    return " AND ".join(dict.fromkeys(found)) or UNKNOWN


def _is_licence(name: str) -> bool:
    return name.lower().startswith(("license", "licence", "copying"))


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(READ).decode("utf-8", "replace")
