"""Faults that only real processes show: killed workers, zombies, two workers at once."""

import os
import signal

from portal.jobs import actions
from portal.jobs.enums import AttemptOutcome, JobState
from portal.jobs.models import Job
from tests.jobs.processes import PATIENCE, Portal, gated, is_gone, kill, wait_until


def outcomes(job: Job) -> list[str]:
    return list(job.attempts.values_list("outcome", flat=True))


def test_worker_killed_in_the_middle_leaves_one_result_of_two_attempts(portal: Portal) -> None:
    job = portal.job(gated(portal.folder, 7))
    worker = portal.manage("run_worker")
    child = portal.pid_in("pid")

    kill(worker)
    wait_until(lambda: is_gone(child))
    portal.lapse(job)
    portal.open_gate()
    portal.work()

    job.refresh_from_db()
    assert (job.state, job.outcome, job.attempts_used) == (JobState.SUCCEEDED, {"value": 7}, 2)
    assert portal.results(job) == ["7"]
    assert outcomes(job) == [AttemptOutcome.LOST, AttemptOutcome.SUCCEEDED]


def test_killed_worker_takes_processes_along_that_left_its_session(portal: Portal) -> None:
    script = f"""
import subprocess
away = subprocess.Popen(["sleep", "1000"], start_new_session=True)
Path({os.fspath(portal.folder / "away")!r}).write_text(f"{{away.pid}}\\n")
time.sleep(1000)
"""
    portal.job(script)
    worker = portal.manage("run_worker")
    away = portal.pid_in("away")

    kill(worker)

    wait_until(lambda: is_gone(away))


def test_next_worker_removes_the_folder_of_a_killed_one(portal: Portal) -> None:
    job = portal.job(gated(portal.folder, 1))
    worker = portal.manage("run_worker")
    portal.pid_in("pid")
    kill(worker)
    portal.lapse(job)
    portal.open_gate()

    portal.work()

    assert list((portal.folder / "var" / "work" / "jobs").iterdir()) == []


def test_zombie_past_its_lease_cannot_commit(portal: Portal) -> None:
    job = portal.job(gated(portal.folder, 3))
    zombie = portal.manage("run_worker", "--once")
    portal.pid_in("pid")
    zombie.send_signal(signal.SIGSTOP)
    portal.lapse(job)
    portal.open_gate()
    portal.work()

    zombie.send_signal(signal.SIGCONT)

    assert zombie.wait(PATIENCE) == 0
    job.refresh_from_db()
    assert (job.state, job.fence) == (JobState.SUCCEEDED, 2)
    assert portal.results(job) == ["3"]
    assert outcomes(job) == [AttemptOutcome.LOST, AttemptOutcome.SUCCEEDED]


def test_workers_that_race_do_every_job_once(portal: Portal) -> None:
    jobs = [portal.job(f"result({number})") for number in range(6)]
    workers = [portal.manage("run_worker", "--drain", "--every", "0.1") for _ in range(3)]

    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0, 0]

    assert [portal.results(job) for job in jobs] == [[str(number)] for number in range(6)]
    assert all(outcomes(job) == [AttemptOutcome.SUCCEEDED] for job in jobs)


def test_workers_that_race_never_take_more_than_the_quota_at_once(portal: Portal) -> None:
    actions.set_quota("team", concurrent=1, by="officer")
    log = portal.folder / "log"
    script = f"""
def note(word):
    with open({os.fspath(log)!r}, "a") as file:
        file.write(word)
note("(")
time.sleep(0.1)
note(")")
result(1)
"""
    jobs = [portal.job(script, account="team") for _ in range(5)]
    workers = [portal.manage("run_worker", "--drain", "--every", "0.05") for _ in range(3)]

    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0, 0]
    assert log.read_text() == "()" * len(jobs)


def test_worker_told_to_stop_hands_its_job_back_uncounted(portal: Portal) -> None:
    job = portal.job(gated(portal.folder, 5))
    worker = portal.manage("run_worker", "--grace", "0")
    child = portal.pid_in("pid")

    worker.terminate()

    assert worker.wait(PATIENCE) == 0
    assert is_gone(child)
    job.refresh_from_db()
    assert (job.state, job.attempts_used, outcomes(job)) == (JobState.QUEUED, 0, [AttemptOutcome.RELEASED])


def test_cancelled_job_ends_its_child(portal: Portal) -> None:
    job = portal.job(gated(portal.folder, 5, chatty=True))
    worker = portal.manage("run_worker", "--once")
    child = portal.pid_in("pid")

    actions.cancel(job)

    assert worker.wait(PATIENCE) == 0
    assert is_gone(child)
    job.refresh_from_db()
    assert (job.state, portal.results(job), outcomes(job)) == (JobState.CANCELLED, [], [AttemptOutcome.CANCELLED])


def test_full_disk_while_collecting_is_tried_again(portal: Portal) -> None:
    counter = {"file": str(portal.folder / "collected"), "times": 2}
    job = portal.job("result(9)", payload={"disk_full_until": counter})

    portal.work()

    job.refresh_from_db()
    assert (job.state, portal.results(job)) == (JobState.SUCCEEDED, ["9"])
    assert outcomes(job) == [AttemptOutcome.FAILED, AttemptOutcome.FAILED, AttemptOutcome.SUCCEEDED]


def sleeper(portal: Portal) -> str:
    path = os.fspath(portal.folder / "sleeper")
    return f"import os, time; open({path!r}, 'w').write(str(os.getpid()) + chr(10)); time.sleep(1000)"


def household(portal: Portal) -> str:
    """A program that keeps one sleeping process alive and ends on SIGTERM."""
    return f"""
import signal, sys
from portal.jobs.household import Household, Member
household = Household([Member("sleeper", [sys.executable, "-c", {sleeper(portal)!r}])])
signal.signal(signal.SIGTERM, lambda *_: household.stopped.set())
household.run()
"""


def test_killed_household_takes_its_members_along(portal: Portal) -> None:
    supervisor = portal.start("-c", household(portal))
    sleeping = portal.pid_in("sleeper")

    kill(supervisor)

    wait_until(lambda: is_gone(sleeping))


def test_household_starts_a_member_again_and_ends_all(portal: Portal) -> None:
    supervisor = portal.start("-c", household(portal))
    first = portal.pid_in("sleeper")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: portal.pid_in("sleeper") != first)
    second = portal.pid_in("sleeper")

    supervisor.terminate()

    assert supervisor.wait(PATIENCE) == 0
    assert is_gone(second)
