"""Translation catalogues without the gettext programs: Babel extracts, updates and compiles, one catalogue per app.

    python tools/messages.py update    take new texts into the .po files (as empty entries), drop those no longer used
    python tools/messages.py compile   write the .mo files, where they are missing or older than their .po
    python tools/messages.py check     fail on a text that is missing, untranslated, fuzzy, obsolete, malformed or said in two ways

A catalogue belongs to a folder of code and covers its Python and the templates of the same name. The msgid is the
English text, so only Korean has a catalogue.
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = "ko"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "_p": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
HEADER = """\
# Korean texts of the portal: msgid is the English text.
msgid ""
msgstr ""
"Language: ko\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
# Folders of templates whose name is not the name of an app, and the app whose catalogue covers them.
COVERED_BY = {"components": "common", "django": "common", "account": "accounts", "mfa": "accounts", "": "common"}


def apps() -> dict[str, Path]:
    """Name of the catalogue -> folder of code."""
    folders = [
        path.parent
        for path in (*ROOT.glob("portal/*/apps.py"), *ROOT.glob("*/apps.py"), ROOT / "portal/client/words.py")
    ]
    return {folder.name: folder for folder in sorted(folders)}


def catalogue_file(app: Path) -> Path:
    return app / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def templates_of(name: str) -> Iterator[Path]:
    for file in sorted((ROOT / "templates").rglob("*")):
        if file.suffix in {".html", ".txt"}:
            parts = file.relative_to(ROOT / "templates").parts
            folder = parts[0] if len(parts) > 1 else ""
            if COVERED_BY.get(folder, folder) == name:
                yield file


def sources_of(name: str, folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)
    yield from sorted(path for path in folder.rglob("templates/**/*.html"))
    yield from templates_of(name)


def python_of(file: Path) -> str:
    """The file's text as Python: Django turns the tags of a template into gettext calls."""
    from django.utils.translation.template import templatize

    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return text
    # Babel reads real Python, where the indentation of the template would be an error.
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(file)).splitlines())


def extracted(name: str, folder: Path) -> Catalog:
    catalogue = Catalog(locale=LOCALE, charset="utf-8")
    for file in sources_of(name, folder):
        stream = io.BytesIO(python_of(file).encode())
        for line, message, comments, context in extract("python", stream, KEYWORDS, comment_tags=("Translators:",)):
            where = [(file.relative_to(ROOT).as_posix(), line)]
            catalogue.add(message, locations=where, auto_comments=comments, context=context)
    return catalogue


def read(file: Path) -> Catalog:
    if not file.exists():
        return Catalog(locale=LOCALE, charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, locale=LOCALE)


def update(name: str, folder: Path) -> None:
    """Rewrite the catalogue in the order of the sources, without line numbers (they would change with every edit)."""
    found, old = extracted(name, folder), read(catalogue_file(folder))
    fresh = Catalog(locale=LOCALE, charset="utf-8", fuzzy=False)
    for message in found:
        if message.id:
            known = old.get(_key(message), message.context)
            files = sorted({(path, None) for path, _line in message.locations})
            fresh.add(message.id, known.string if known else None, locations=files, context=message.context)
    if not len(fresh):
        return
    file = catalogue_file(folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.write(HEADER.encode())  # of our own: Babel's carries the time of day, a difference in every commit
        write_po(stream, fresh, width=120, omit_header=True, include_lineno=False)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def compile_catalogues() -> None:
    for folder in apps().values():
        file = catalogue_file(folder)
        binary = file.with_suffix(".mo")
        if file.exists() and (not binary.exists() or binary.stat().st_mtime < file.stat().st_mtime):
            scratch = binary.with_suffix(f".{os.getpid()}.tmp")
            with scratch.open("wb") as stream:
                write_mo(stream, read(file))
            scratch.replace(binary)  # readers see the old file or the new one, never half of it


def problems(name: str, folder: Path) -> Iterator[str]:
    found, have = extracted(name, folder), read(catalogue_file(folder))
    where = catalogue_file(folder).relative_to(ROOT)
    for message in found:
        if message.id:
            known = have.get(_key(message), message.context)
            yield from (f"{where}: {problem}: {_key(message)!r}" for problem in _faults(message, known))
    wanted = {(_key(message), message.context) for message in found}
    for message in have:
        if message.id and (_key(message), message.context) not in wanted:
            yield f"{where}: no longer used: {_key(message)!r}"


def _faults(message: Message, known: Message | None) -> Iterator[str]:
    if known is None:
        yield "missing, run update"
        return
    strings = known.string if isinstance(known.string, tuple) else (known.string,)
    if not all(strings):
        yield "untranslated"
    elif known.fuzzy:
        yield "fuzzy"
    else:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        allowed = {place for text in ids for place in PLACEHOLDER.findall(text)}
        for text in strings:
            if unknown := set(PLACEHOLDER.findall(text)) ^ allowed:
                yield f"placeholders differ ({', '.join(sorted(unknown))})"


def clashes() -> Iterator[str]:
    """One English text with two Korean ones: Django would show whichever app comes first, everywhere."""
    readings: dict[tuple[str | None, str], dict[str, str]] = {}
    for name, folder in apps().items():
        for message in read(catalogue_file(folder)):
            text = message.string if isinstance(message.string, str) else message.string[0]
            if message.id and text:
                readings.setdefault((message.context, _key(message)), {}).setdefault(text, name)
    for (_context, msgid), texts in sorted(readings.items(), key=str):
        if len(texts) > 1:
            said = ", ".join(f"{text!r} in {name}" for text, name in texts.items())
            yield f"{msgid!r} is {said}: agree on one, or tell them apart by a context"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["update", "compile", "check"])
    parser.add_argument("apps", nargs="*", help="names of apps; all of them when left out")
    options = parser.parse_args()
    chosen = {name: folder for name, folder in apps().items() if not options.apps or name in options.apps}
    if options.mode == "update":
        for name, folder in chosen.items():
            update(name, folder)
    if options.mode in {"update", "compile"}:
        compile_catalogues()
        return 0
    found = [problem for name, folder in chosen.items() for problem in problems(name, folder)]
    found += [] if options.apps else list(clashes())
    print("\n".join([*found, f"{len(found)} problem(s) in {len(chosen)} catalogue(s)"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
