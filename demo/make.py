"""Make one model of the demonstration in a process of its own: `python -m demo.make garam|dasom|nuri|smollm2|unrelated FOLDER`.

Each writes a folder and, last, a file that says what lies where; a folder that has this file is complete.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

DONE = "made.json"
NAMES = ("smollm2", "unrelated", "garam", "dasom", "nuri")


def made(folder: Path) -> dict[str, Any] | None:
    """What `make` wrote about the folder, or None while it is not complete."""
    try:
        found: dict[str, Any] = json.loads((folder / DONE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def make(name: str, folder: Path, *, threads: int = 1) -> dict[str, Any]:
    """Make the model called `name`; `nuri` needs `smollm2` in the folder beside it."""
    if (found := made(folder)) is not None:
        return found
    from demo import makers, recipes

    folder.mkdir(parents=True, exist_ok=True)
    if name == "smollm2":
        facts = _reference(makers.reference_smollm2(folder / "model"))
    elif name == "unrelated":
        facts = _reference(makers.unrelated_reference(folder / "model"))
    elif name == "nuri":
        reference = folder.parent / "smollm2" / "model"
        facts = _hand_in(
            makers.derive_from_reference(folder, reference=reference, recipe=recipes.NURI, threads=threads)
        )
    else:
        recipe = recipes.GARAM if name == "garam" else recipes.DASOM
        facts = _hand_in(makers.train_from_scratch(folder, recipe=recipe, threads=threads))
    draft = folder / f"{DONE}.new"
    draft.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(folder / DONE)
    return facts


def _reference(reference: Any) -> dict[str, Any]:
    facts = {name: str(getattr(reference, name)) for name in ("name", "source", "revision", "licence", "public_since")}
    return {"folder": str(reference.folder), **facts}


def _hand_in(hand_in: Any) -> dict[str, Any]:
    checkpoints = [("intermediate_checkpoint", row) for row in hand_in.intermediate]
    checkpoints += [("initial_checkpoint", hand_in.initial)] if hand_in.initial else []
    return {
        "name": hand_in.name,
        "checkpoint": str(hand_in.final.folder),
        "steps": hand_in.final.step,
        "tokens": hand_in.final.tokens,
        "others": [
            {"role": role, "folder": str(row.folder), "step": row.step, "tokens": row.tokens}
            for role, row in checkpoints
        ],
        "logs": str(hand_in.logs),
        "loss_curve": str(hand_in.loss_curve),
        "declaration": str(hand_in.declaration),
        "training": str(hand_in.training),
        "code": str(hand_in.code),
        "report": str(hand_in.report),
        "first_loss": f"{hand_in.first_loss:.3f}",
        "last_loss": f"{hand_in.last_loss:.3f}",
        "seconds": f"{hand_in.seconds:.1f}",
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    make(options.name, options.folder, threads=options.threads)
    return 0


if __name__ == "__main__":
    sys.exit(main())
