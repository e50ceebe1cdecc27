"""The commands that run a team's image: what they must say, word by word, because no engine runs here."""

from pathlib import Path

import pytest

from demo.serving.bundles import serving_document
from evaluation.core.endpoint.containers import Folders, Interconnect, container_argv, load_argv, remove_argv
from evaluation.core.endpoint.contract import parse_serving
from evaluation.core.endpoint.faults import ServedError
from evaluation.core.endpoint.server import in_container
from tests.factories.endpoints import write_layout

IMAGE = "sha256:" + 64 * "c"
FOLDERS = Folders(*(Path("/work") / name for name in ("weights", "bundle", "door", "relay")))
FABRIC = Interconnect(
    network="job-net",
    launcher=("srun", "--nodes={nodes}", "--ntasks-per-node=1"),
    devices=("/dev/infiniband",),
    env={"NCCL_SOCKET_IFNAME": "ib0"},
)


def serving(**changes):
    image = {"manifest": "sha256:" + 64 * "a", "python": "/usr/bin/python3"}
    command = ["vllm", "serve", "{weights}", "--port", "{port}", "--tensor-parallel-size", "2"]
    return parse_serving(serving_document("own") | {"image": image, "command": command} | changes)


def argv(engine="podman", **options):
    cards = options.pop("cards", ())
    return container_argv(
        serving(**options.pop("serving", {})),
        engine=engine,
        image=IMAGE,
        name="portal-7-1",
        folders=FOLDERS,
        cards=cards,
        **options,
    )


def test_a_container_has_no_network_no_rights_and_nothing_writable_but_memory():
    found = argv()
    assert found[:2] == ["podman", "run"]
    for pair in (
        ("--network", "none"),
        ("--pull", "never"),
        ("--cap-drop", "all"),
        ("--security-opt", "no-new-privileges"),
        ("--user", "65534:65534"),
        ("--memory", "4g"),
        ("--pids-limit", "4096"),
        ("--entrypoint", "/usr/bin/python3"),
    ):
        assert found[found.index(pair[0]) + 1] == pair[1]
    assert "--read-only" in found
    mounts = [found[n + 1] for n, part in enumerate(found) if part == "--mount"]
    assert mounts == [
        "type=bind,src=/work/weights,dst=/portal/weights,ro=true",
        "type=bind,src=/work/bundle,dst=/portal/bundle,ro=true",
        "type=bind,src=/work/door,dst=/portal/door,ro=true",
        "type=bind,src=/work/relay,dst=/portal/relay,ro=true",
    ]
    assert not {"--privileged", "--volume", "-v", "--net", "--publish", "-p"} & set(found)


def test_the_image_runs_by_its_id_and_the_command_comes_behind_the_relay():
    found = argv()
    at = found.index(IMAGE)
    assert found[at + 1 : at + 4] == ["/portal/relay/relay.py", "/portal/door/door.sock", "8000"]
    assert found[at + 4 :] == ["vllm", "serve", "/portal/weights", "--port", "8000", "--tensor-parallel-size", "2"]


def test_cards_are_let_in_by_number():
    assert [part for part in argv(cards=(0, 3)) if part.startswith("nvidia.com")] == [
        "nvidia.com/gpu=0",
        "nvidia.com/gpu=3",
    ]
    found = argv("docker", cards=(0, 3))
    assert found[found.index("--gpus") + 1] == '"device=0,3"'
    assert "--gpus" not in argv("docker")


def test_several_nodes_get_the_installations_network_and_launcher_and_nothing_of_the_teams():
    found = argv(serving={"nodes": 4}, interconnect=FABRIC)
    assert found[:4] == ["srun", "--nodes=4", "--ntasks-per-node=1", "podman"]
    assert found[found.index("--network") + 1] == "job-net"
    assert ("/dev/infiniband" in found, "NCCL_SOCKET_IFNAME=ib0" in found) == (True, True)
    assert "job-net" not in argv(interconnect=FABRIC)


@pytest.mark.parametrize("interconnect", [None, Interconnect(network="job-net"), Interconnect("host", ("srun",))])
def test_several_nodes_without_a_private_network_are_refused(interconnect):
    with pytest.raises(ServedError) as raised:
        argv(serving={"nodes": 2}, interconnect=interconnect)
    assert raised.value.fault == "engine"


def test_loading_and_removing():
    assert load_argv("podman") == ["podman", "load", "--quiet"]
    assert load_argv("docker") == ["docker", "image", "load", "--quiet"]
    assert remove_argv("podman", name="portal-7-1") == ["podman", "rm", "--force", "portal-7-1"]


def test_without_an_engine_an_image_is_refused_in_words(tmp_path):
    manifest, _ = write_layout(tmp_path)
    options = {"folders": FOLDERS, "folder": tmp_path / "served", "cards": (), "interconnect": None, "name": "x"}
    with pytest.raises(ServedError, match="no container engine") as raised:
        in_container(serving(image={"manifest": manifest}), engine="", **options)
    assert raised.value.fault == "engine"
