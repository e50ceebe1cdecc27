"""State diagrams in the docs, drawn from the tables in `transitions.py` and never by hand.

    python tools/diagrams.py           rewrite them
    python tools/diagrams.py --check   fail when one is out of date

docs/state-machines.md is written whole and holds every machine; any other page takes a diagram between
`<!-- diagram: review.sheet -->` and `<!-- /diagram -->`.
"""

import argparse
import importlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
ALL = ROOT / "docs" / "state-machines.md"
INTRODUCTION = """# State machines

Written by `python tools/diagrams.py` from `MACHINES` of each `portal/<app>/transitions.py`; an asterisk marks a step that needs a reason.
A pair of state and event that is not drawn here raises: `python tools/state_tables.py` tries every one and prints the count.
"""
BLOCK = re.compile(r"(<!-- diagram: (\w+)\.(\w+) -->\n).*?(<!-- /diagram -->)", re.DOTALL)


def diagram(app: str, machine: str) -> str:
    """The machine as Mermaid; a step that needs a reason carries an asterisk."""
    rows = importlib.import_module(f"portal.{app}.transitions").MACHINES[machine]
    lines = [f"    {row.source} --> {row.target}: {row.event}{'*' if row.needs_reason else ''}" for row in rows]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {rows[0].source}", *lines, "```", ""])


def page_of_all() -> str:
    sections = [INTRODUCTION]
    for file in sorted((ROOT / "portal").glob("*/transitions.py")):
        tables = getattr(importlib.import_module(f"portal.{file.parent.name}.transitions"), "MACHINES", {})
        sections += [f"## {file.parent.name}: {name}\n\n{diagram(file.parent.name, name)}" for name in tables]
    return "\n".join(sections)


def redrawn(text: str) -> str:
    return BLOCK.sub(lambda found: found[1] + diagram(found[2], found[3]) + found[4], text)


def pages() -> dict[Path, tuple[str, str]]:
    """Page -> as it is, as it should be."""
    found = {page: page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md")) if page != ALL}
    before = ALL.read_text("utf-8") if ALL.exists() else ""
    return {ALL: (before, page_of_all()), **{page: (text, redrawn(text)) for page, text in found.items()}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    stale = {page: after for page, (before, after) in pages().items() if before != after}
    for page, after in stale.items():
        if options.check:
            print(f"{page.relative_to(ROOT)} is out of date: run python tools/diagrams.py")
        else:
            page.write_text(after, encoding="utf-8")
            print(f"{page.relative_to(ROOT)} is drawn again")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
