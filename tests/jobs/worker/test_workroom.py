import subprocess
import sys
from pathlib import Path

from portal.jobs.worker.workroom import Workroom, remove_leftovers


def test_folder_is_gone_afterwards_even_when_parts_are_read_only(tmp_path: Path) -> None:
    room = Workroom(tmp_path)

    with room.folder_for(1, 1) as folder:
        (folder / "bundle").mkdir()
        (folder / "bundle" / "model.safetensors").touch(mode=0o400)
        (folder / "bundle").chmod(0o500)

    assert not folder.exists()


def test_leftovers_of_dead_workers_go_and_living_ones_stay(tmp_path: Path) -> None:
    living = Workroom(tmp_path)
    dead = tmp_path / f"{living.host}-1"
    dead.mkdir()
    (dead / "7-1").mkdir()
    elsewhere = tmp_path / "another-host-1"
    elsewhere.mkdir()

    assert remove_leftovers(tmp_path, host=living.host) == 1

    assert (dead.exists(), living.folder.exists(), elsewhere.exists()) == (False, True, True)


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    Workroom(tmp_path).close()

    assert list(tmp_path.iterdir()) == []


def test_rooms_that_open_and_close_side_by_side_leave_each_other_alone(tmp_path: Path) -> None:
    """Between its folder and its lock a new room must not look like a leftover."""
    opened = "from pathlib import Path; from portal.jobs.worker.workroom import Workroom"
    life = f"{opened}\nfor _ in range(300): Workroom(Path({str(tmp_path)!r})).close()"

    workers = [subprocess.Popen([sys.executable, "-c", life], stderr=subprocess.PIPE, text=True) for _ in range(3)]

    assert [worker.communicate()[1] for worker in workers] == ["", "", ""]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
