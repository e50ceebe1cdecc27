"""Build the registry folder of a fresh installation from the model packages that are installed, without the portal.

`python -m demo.registry FOLDER [--ship]`; with --ship its nulls become those that come with the engine.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from demo.packaged import PACKAGED, Packaged
from originality.core import baselines
from originality.core.registry import add_entry, list_entries, make_baselines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ship", action="store_true")
    options = parser.parse_args()
    build(options.folder)
    if options.ship:
        shutil.copy(options.folder / "baselines.json", Path(baselines.__file__).with_name("baselines.json"))


def build(folder: Path) -> None:
    """Add what is not there yet, and make the nulls again."""
    held = {entry.name for entry in list_entries(folder)}
    for item in PACKAGED:
        if item.name not in held:
            _add(folder, item)
    for null in make_baselines(folder).values():
        print(f"{null.kind}: {len(null.values)} unrelated pairs, known descent {null.positive_pair or 'none'}")


def _add(folder: Path, item: Packaged) -> None:
    with tempfile.TemporaryDirectory() as work:
        model = item.write(Path(work) / "model")
        if model is None:
            print(f"{item.name}: {item.package} is not installed, left out")
            return
        entry = add_entry(
            folder,
            model=model,
            name=item.name,
            source=f"pypi:{item.package}",
            revision=item.revision,
            licence=item.licence,
            public_since=item.public_since,
            descends_from=item.parent,
        )
    print(f"{entry.name}: {entry.parameters:,} parameters, content {entry.digest[:12]}")


if __name__ == "__main__":
    main()
