import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.jobs import cards, registry
from portal.jobs.cards import Card, Rack, chosen, described, offered, parse_cards, seen_by_cuda
from portal.jobs.registry import Command
from portal.jobs.worker.child import Child
from tests.factories.jobs import make_job, run_now
from tests.jobs.drivers import TWO, Driver, saying, write_driver
from tests.jobs.kinds.scripts import script_kind
from tests.jobs.processes import Portal, wait_until

PAIR = parse_cards(TWO)


def test_cards_are_read_with_type_and_memory() -> None:
    assert offered(PAIR) == {"gpus": 2, "gpu_memory_gb": 150, "nvidia_h200": 2}
    assert described(PAIR) == "2 × NVIDIA H200 (150 GB)"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "No devices were found",
        "0",
        "x, GPU, 0, 1, H",
        "-1, GPU, 0, 1, H",
        "99999, G, 0, 1, H",
        "²,G,0,1,H",
        "\0" * 99,
    ],
)
def test_line_that_is_no_card_is_passed_over(line: str) -> None:
    assert parse_cards(f"{line}\n{TWO}") == PAIR


def test_memory_that_the_driver_does_not_know_is_none_that_is_offered() -> None:
    assert parse_cards("0, GPU-aa, 00000000:3B:00.0, [N/A], NVIDIA GB10")[0].memory_gb == 0


def test_no_more_cards_than_a_machine_can_have() -> None:
    assert len(parse_cards("\n".join(f"{n}, G{n}, 0, 1, H" for n in range(5000)))) == cards.MOST_CARDS


def test_device_of_a_card_is_the_drivers_own_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "0000:3b:00.0"
    folder.mkdir()
    (folder / "information").write_text("Model: \t NVIDIA H200\nDevice Minor: \t 5\n")
    monkeypatch.setattr(cards, "DRIVER", tmp_path)

    assert [card.device for card in parse_cards(TWO)] == [5, 1]


def test_driver_that_answers_with_an_error_leaves_the_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", write_driver(tmp_path / "driver", "echo 'Driver/library version mismatch'; exit 18"))
    (tmp_path / "nvidia1").touch()
    monkeypatch.setattr(cards, "DEVICES", tmp_path)

    assert cards.cards_of_this_machine.__wrapped__() == (Card(1, 1, "", "GPU", 0),)


def test_cards_are_chosen_by_number_or_identity() -> None:
    assert chosen(PAIR, "1, GPU-aa") == (PAIR[1], PAIR[0])
    assert chosen(PAIR, "") == ()
    with pytest.raises(ValueError, match="No card 7 here"):
        chosen(PAIR, "7")


def test_child_sees_its_cards_alone() -> None:
    assert seen_by_cuda(PAIR[1:], walled=False)["CUDA_VISIBLE_DEVICES"] == "1"
    assert seen_by_cuda(PAIR[1:], walled=True)["CUDA_VISIBLE_DEVICES"] == "0"
    assert seen_by_cuda([], walled=True)["CUDA_VISIBLE_DEVICES"] == ""


def test_card_is_held_by_one_worker_at_a_time(tmp_path: Path) -> None:
    one, other = Rack(PAIR, tmp_path), Rack(PAIR, tmp_path)
    with one.looked_through() as mine:
        mine.keep(1, preferred={})
    with other.looked_through() as theirs:
        theirs.keep(2, preferred={})

    assert (mine.numbers, theirs.numbers) == ("0", "1")
    mine.release()
    with one.looked_through() as again:
        assert list(again) == [PAIR[0]]
        again.release()
    theirs.release()


def test_card_stays_taken_until_the_last_process_on_it_is_gone(tmp_path: Path) -> None:
    """A worker that dies lets go of its locks at once; its supervisor lets go when it has killed everything."""
    with Rack(PAIR, tmp_path / "locks").looked_through() as held:
        held.keep(1, preferred={})
    with Child(Command(["sleep", "1000"]), tmp_path, keep_open=held.descriptors):
        held.release()
        with Rack(PAIR, tmp_path / "locks").looked_through() as meanwhile:
            assert meanwhile.numbers == "1"
            meanwhile.release()

    with Rack(PAIR, tmp_path / "locks").looked_through() as afterwards:
        assert afterwards.numbers == "0,1"
        afterwards.release()


def test_types_that_a_job_names_are_taken_first(tmp_path: Path) -> None:
    mixed = (Card(0, 0, "", "NVIDIA L4", 24), *(card._replace(number=card.number + 1) for card in PAIR))
    with Rack(mixed, tmp_path).looked_through() as held:
        held.keep(2, preferred={"gpus": 2, "nvidia_h200": 2})

    assert held.numbers == "1,2"
    held.release()


def test_error_while_looking_leaves_no_card_taken(tmp_path: Path) -> None:
    rack = Rack(PAIR, tmp_path)
    with pytest.raises(OSError, match="away"), rack.looked_through():
        raise OSError("away")

    with rack.looked_through() as free:
        assert len(free) == 2
        free.release()


def test_two_workers_on_one_machine_share_no_card(portal: Portal, driver: Driver) -> None:
    """Each of three jobs waits until the gate opens: the third finds no card free before one of the others has ended."""
    driver(portal, TWO)
    jobs = [portal.job(at_gate(portal.folder, name), requirements={"gpus": 1}) for name in ("a", "b", "c")]
    workers = [portal.manage("run_worker", "--every", "0.1") for _ in range(3)]
    seen = [(portal.folder / name) for name in ("a", "b", "c")]

    wait_until(lambda: sum(path.exists() for path in seen) == 2)
    assert not any(job.attempts.exists() for job in jobs if not (portal.folder / "abc"[jobs.index(job)]).exists())
    portal.open_gate()
    wait_until(lambda: all(job.attempts.filter(outcome="succeeded").exists() for job in jobs))

    assert sorted(portal.results(job)[0] for job in jobs[:2]) == ["0", "1"]
    assert {job.attempts.get().hardware for job in jobs} == {"1 × NVIDIA H200 (150 GB)"}
    assert len(workers) == 3


def at_gate(folder: Path, name: str) -> str:
    return f"""
folder = Path({os.fspath(folder)!r})
(folder / {name!r}).touch()
while not (folder / "gate").exists():
    time.sleep(0.02)
result(os.environ["CUDA_VISIBLE_DEVICES"])
"""


@pytest.fixture
def found_anew() -> Iterator[None]:
    """What the machine has is asked once per process."""
    cards.cards_of_this_machine.cache_clear()
    yield
    cards.cards_of_this_machine.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("found_anew")
@pytest.mark.parametrize(("answer", "taken"), [(TWO, "0"), ("No devices were found\n", "")])
def test_kind_that_wishes_for_a_card_takes_a_free_one_and_needs_none(
    answer: str, taken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = script_kind("wishful", cards_wished=1)
    monkeypatch.setattr(registry, "_kinds", {kind.name: kind})
    monkeypatch.setenv("PATH", write_driver(tmp_path / "driver", saying(answer)))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    script = "progress(1, 1, os.environ['CUDA_VISIBLE_DEVICES']); result(1)"

    job = run_now(make_job(kind.name, payload={"script": script}))

    assert (job.progress["note"], job.attempts.get().cards) == (taken, taken)
