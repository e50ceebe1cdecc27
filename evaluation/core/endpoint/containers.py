"""The command that runs a team's image: no network, read-only, without rights, by the id that its layout gives.

Options are those of podman-run(1) and docker-run(1); both load an OCI layout packed as a tar from standard input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.core.endpoint.contract import Serving
from evaluation.core.endpoint.faults import Fault, ServedError

WEIGHTS, BUNDLE, DOOR, RELAY = "/portal/weights", "/portal/bundle", "/portal/door", "/portal/relay"
NOBODY = "65534:65534"
HOME = "/tmp"  # noqa: S108 - inside the container, in memory
PROCESSES = 4096
SCRATCH = "4g"


@dataclass(frozen=True)
class Interconnect:
    """What the installation gives to a job of several nodes; a team chooses none of it.

    `launcher` starts the command on every node (such as srun with its options; {nodes} is filled in), `network` is a
    network of the engine that leads nowhere but to the job's own nodes, `devices` and `env` are the fabric's
    (/dev/infiniband, NCCL_SOCKET_IFNAME …) and are passed on as they stand.
    """

    network: str = ""
    launcher: Sequence[str] = ()
    devices: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Folders:
    """As they lie on this machine."""

    weights: Path
    bundle: Path
    door: Path
    relay: Path


def load_argv(engine: str) -> list[str]:
    """Reads the packed layout from standard input."""
    return [engine, "load", "--quiet"] if engine == "podman" else [engine, "image", "load", "--quiet"]


def container_argv(
    serving: Serving,
    *,
    engine: str,
    image: str,
    name: str,
    folders: Folders,
    cards: Sequence[int] = (),
    interconnect: Interconnect | None = None,
) -> list[str]:
    """`image` is the id ("sha256:…") of the image's configuration, so no name can lead to another one."""
    if serving.image is None:
        raise ValueError("a server without an image runs as a sandboxed process")
    network, extra, launcher = _joined(serving, interconnect)
    inside = serving.argv(weights=WEIGHTS, bundle=BUNDLE)
    return [
        *launcher,
        *(engine, "run", "--rm", "--pull", "never", "--name", name, "--network", network, "--read-only"),
        *("--tmpfs", f"{HOME}:rw,nosuid,nodev,size={SCRATCH},mode=1777", "--shm-size", SCRATCH),
        *("--cap-drop", "all", "--security-opt", "no-new-privileges", "--user", NOBODY, "--ipc", "private"),
        *("--pids-limit", str(PROCESSES), "--memory", f"{serving.needs['memory_gb']}g", "--workdir", HOME),
        *_mounts(folders),
        *_cards(engine, cards),
        *extra,
        *("--env", f"HOME={HOME}", "--entrypoint", serving.image.python, image),
        *(f"{RELAY}/relay.py", f"{DOOR}/door.sock", str(serving.port), *inside),
    ]


def remove_argv(engine: str, *, name: str) -> list[str]:
    """Ends the container whatever it does; killing the engine's own process would not."""
    return [engine, "rm", "--force", name]


def _mounts(folders: Folders) -> list[str]:
    pairs = ((folders.weights, WEIGHTS), (folders.bundle, BUNDLE), (folders.door, DOOR), (folders.relay, RELAY))
    for path, _ in pairs:
        if "," in str(path):
            raise ServedError(
                Fault.ENGINE, "work folder", "has a comma in its path, which the engine's mounts cannot take"
            )
    return [part for path, at in pairs for part in ("--mount", f"type=bind,src={path},dst={at},ro=true")]


def _cards(engine: str, cards: Sequence[int]) -> list[str]:
    """By the container device interface for podman, by docker's own option there."""
    if not cards:
        return []
    if engine == "docker":
        return ["--gpus", '"device={}"'.format(",".join(map(str, cards)))]
    return [part for card in cards for part in ("--device", f"nvidia.com/gpu={card}")]


def _joined(serving: Serving, interconnect: Interconnect | None) -> tuple[str, list[str], list[str]]:
    """Network, further options and launcher: none of them for one node."""
    if serving.nodes == 1:
        return "none", [], []
    if interconnect is None or not interconnect.network or not interconnect.launcher:
        message = f"asks for {serving.nodes} nodes, and this installation names no network and launcher for several"
        raise ServedError(Fault.ENGINE, "serving.json $.nodes", message)
    if interconnect.network in {"host", "bridge", "default", "slirp4netns", "pasta"}:
        message = f"{interconnect.network!r} leads outside; name a network of the engine that is internal"
        raise ServedError(Fault.ENGINE, "SERVING_INTERCONNECT", message)
    options = [part for path in interconnect.devices for part in ("--device", path)]
    options += [part for key, value in sorted(interconnect.env.items()) for part in ("--env", f"{key}={value}")]
    launcher = [part.replace("{nodes}", str(serving.nodes)) for part in interconnect.launcher]
    return interconnect.network, options, launcher


def interconnect_of(document: Mapping[str, Any] | None) -> Interconnect | None:
    return Interconnect(**document) if document else None
