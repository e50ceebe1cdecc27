"""Component declarations in the shape of a CycloneDX ML-BOM, as small as the format allows."""

import json
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Component(NamedTuple):
    """One part of the model. `training` is from_scratch, trained or frozen; `share` of the parameters is between 0 and 1.

    `origin` is "own" or the name of the model the part comes from.
    """

    part: str
    name: str
    licence: str = "Apache-2.0"
    origin: str = "own"
    training: str = "from_scratch"
    share: str = "1.00"


def write_declaration(path: Path, *, model: str, components: Sequence[Component]) -> Path:
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, model)}",
        "version": 1,
        "components": [_component(component) for component in components],
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _component(component: Component) -> dict[str, Any]:
    own = component.origin == "own"
    ancestors = [] if own else [{"type": "machine-learning-model", "name": component.origin}]
    properties = {
        "portal:part": component.part,
        "portal:origin": component.origin,
        "portal:training": component.training,
        "portal:share_of_parameters": component.share,
    }
    return {
        "type": "machine-learning-model",
        "bom-ref": component.part,
        "name": component.name,
        "licenses": [{"license": {"id": component.licence}}],
        "pedigree": {"ancestors": ancestors},
        "properties": [{"name": name, "value": value} for name, value in properties.items()],
    }
