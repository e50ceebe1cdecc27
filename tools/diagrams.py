"""State diagrams in the docs, drawn from the tables in `transitions.py` and never by hand.

    python tools/diagrams.py           rewrite them
    python tools/diagrams.py --check   fail when one is out of date

A page takes a diagram between `<!-- diagram: review.sheet -->` and `<!-- /diagram -->`.
"""

import argparse
import importlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
BLOCK = re.compile(r"(<!-- diagram: (\w+)\.(\w+) -->\n).*?(<!-- /diagram -->)", re.DOTALL)


def diagram(app: str, machine: str) -> str:
    """The machine as Mermaid; a step that needs a reason carries an asterisk."""
    rows = importlib.import_module(f"portal.{app}.transitions").MACHINES[machine]
    lines = [f"    {row.source} --> {row.target}: {row.event}{'*' if row.needs_reason else ''}" for row in rows]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {rows[0].source}", *lines, "```", ""])


def redrawn(text: str) -> str:
    return BLOCK.sub(lambda found: found[1] + diagram(found[2], found[3]) + found[4], text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    stale = [
        page
        for page in sorted((ROOT / "docs").glob("*.md"))
        if redrawn(page.read_text("utf-8")) != page.read_text("utf-8")
    ]
    for page in stale:
        print(f"{page.relative_to(ROOT)}: the diagram {'is out of date' if options.check else 'is drawn again'}")
        if not options.check:
            page.write_text(redrawn(page.read_text("utf-8")), encoding="utf-8")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
