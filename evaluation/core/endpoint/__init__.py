"""Source B: a model that a server of the team's own answers for (docs/serving.md)."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.core.backends import Backend
    from evaluation.core.spec import EndpointSource
    from evaluation.core.suites import ModelSettings


def connect(source: "EndpointSource", *, folder: Path, settings: "ModelSettings") -> "Backend":
    """The served model as the harness asks it, after the probes; libraries are imported here and not before."""
    from evaluation.core.endpoint.client import open_endpoint

    return open_endpoint(source, folder=folder, settings=settings)
