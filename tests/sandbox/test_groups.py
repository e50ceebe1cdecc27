"""Control groups of both versions, read and written in folders laid out as the kernel lays them out."""

import os
import subprocess
import sys

import pytest

from portal.common.sandbox import cgroups, launch
from portal.common.sandbox.cgroups import Group, make_group

SECOND = "0::/unit/worker\n"
FIRST = "5:memory:/box\n4:pids:/\n1:name=systemd:/\n0::/\n"


def layout(monkeypatch, tmp_path, *, groups: str, mounts: dict[str, str]) -> None:
    """`mounts`: mount point below tmp_path to "KIND OPTIONS"."""
    lines = [
        f"30 20 0:1 / {tmp_path / point} rw - {told.split()[0]} cgroup {told.split()[1]}"
        for point, told in mounts.items()
    ]
    (tmp_path / "mountinfo").write_text("21 1 8:1 / / rw - ext4 /dev/x rw\n" + "\n".join(lines) + "\n")
    (tmp_path / "own").write_text(groups)
    monkeypatch.setattr(cgroups, "MOUNTS", tmp_path / "mountinfo")
    monkeypatch.setattr(cgroups, "OF_THIS_PROCESS", tmp_path / "own")


def test_second_version_uses_the_group_above_which_the_service_manager_left(monkeypatch, tmp_path):
    unit = tmp_path / "all" / "unit"
    (unit / "worker").mkdir(parents=True)
    (unit / "worker" / "cgroup.controllers").write_text("cpu memory pids")
    (unit / "worker" / "cgroup.subtree_control").mkdir()  # the kernel refuses to write where processes are
    (unit / "cgroup.controllers").write_text("cpu memory pids")
    (unit / "cgroup.subtree_control").write_text("cpu memory pids")
    layout(monkeypatch, tmp_path, groups=SECOND, mounts={"all": "cgroup2 rw"})

    group = make_group(memory_mb=64, processes=7)

    assert group is not None
    assert (group.version, group.bounds) == (2, ("memory", "pids"))
    (folder,) = set(group.folders.values())
    assert folder.parent == unit
    assert (folder / "memory.max").read_text() == str(64 << 20)
    assert (folder / "memory.swap.max").read_text() == "0"
    assert (folder / "pids.max").read_text() == "7"


def test_first_version_bounds_each_controller_in_its_own_tree(monkeypatch, tmp_path):
    (tmp_path / "memory" / "box").mkdir(parents=True)
    (tmp_path / "pids").mkdir()
    layout(
        monkeypatch,
        tmp_path,
        groups=FIRST,
        mounts={"memory": "cgroup rw,memory", "pids": "cgroup rw,pids", "all": "cgroup2 rw"},
    )

    group = make_group(memory_mb=32, processes=5)

    assert group is not None
    assert (group.version, group.bounds) == (1, ("memory", "pids"))
    assert group.folders["memory"].parent == tmp_path / "memory" / "box"
    assert (group.folders["memory"] / "memory.limit_in_bytes").read_text() == str(32 << 20)
    assert (group.folders["pids"] / "pids.max").read_text() == "5"


def test_what_happened_is_read_and_missing_files_say_nothing(tmp_path):
    group = Group({"memory": tmp_path, "pids": tmp_path}, 2)
    assert (group.oom_kills(), group.refused_processes(), group.peak_bytes()) == (0, 0, None)

    (tmp_path / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    (tmp_path / "pids.events").write_text("max 9\n")
    (tmp_path / "memory.peak").write_text("4096\n")
    assert (group.oom_kills(), group.refused_processes(), group.peak_bytes()) == (2, 9, 4096)


def test_no_group_where_none_can_be_made(monkeypatch, tmp_path):
    layout(monkeypatch, tmp_path, groups="0::/absent\n", mounts={})
    assert make_group(memory_mb=1, processes=1) is None


def test_groups_of_starters_that_are_gone_are_taken_away_and_others_stay(tmp_path):
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    gone, alive = (tmp_path / f"{cgroups.PREFIX}{pid}-1" for pid in (ended.pid, os.getpid()))
    gone.mkdir()
    alive.mkdir()

    cgroups.remove_leftovers(tmp_path)

    assert not gone.exists()
    assert alive.exists()


def test_without_a_group_limits_of_the_kernel_take_over_or_the_walls_are_refused(monkeypatch):
    limits = {"file_mb": 1, "cpu_seconds": None, "memory_mb": 8, "cards": []}
    kinds = dict(launch.bounds(limits, None))
    assert kinds[launch.resource.RLIMIT_AS] == 8 << 20
    assert launch.resource.RLIMIT_AS not in dict(launch.bounds(limits | {"cards": [0]}, None))
    assert launch.resource.RLIMIT_AS not in dict(launch.bounds(limits, Group({"memory": cgroups.Path("/nowhere")}, 2)))

    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert launch.counted(None, processes=9) == ["/usr/bin/prlimit", "--nproc=9", "--"]
    monkeypatch.setattr(os, "getuid", lambda: 0)
    with pytest.raises(launch.Unbounded, match="ordinary user"):
        launch.counted(None, processes=9)
