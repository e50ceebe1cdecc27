"""Every (state, event) pair of every machine of every app: in the table it leads where the table says, outside it raises."""

import subprocess
import sys

import pytest

from tests.architecture.layers import ROOT
from tools import diagrams, state_tables

MACHINES = state_tables.machines()
# Vocabularies of states without a table, each with the ground.
WITHOUT_TABLE = {
    ("jobs", "JobState"): "a job moves by fenced UPDATEs that many processes race for: portal.jobs.actions.leases",
    ("jobs", "ReservationState"): "a reservation follows the fenced state of its job: portal.jobs.actions.quotas",
}


def test_no_pair_outside_of_a_table_is_possible(capsys):
    lines, wrong = state_tables.report()

    with capsys.disabled():
        print(f"\n{lines[-1]}")
    assert wrong == []


@pytest.mark.parametrize("machine", MACHINES, ids=str)
def test_every_state_is_reached_from_the_first_one(machine):
    reached = {str(machine.table[0].source)}
    for _ in machine.states:
        reached |= {str(row.target) for row in machine.table if row.source in reached}

    assert reached == set(machine.states), f"the vocabulary of {machine} has states that no step leads to"


@pytest.mark.parametrize("machine", MACHINES, ids=str)
def test_every_step_belongs_to_somebody(machine):
    assert [row for row in machine.table if not row.by] == []


def test_every_vocabulary_of_states_has_its_table():
    with_table = {(machine.app, states) for machine in MACHINES for states in [machine.states]}
    files = sorted((ROOT / "portal").glob("*/enums.py"))
    bare = {
        (file.parent.name, name)
        for file in files
        for name, states in state_tables.vocabularies(file.parent.name).items()
        if (file.parent.name, states) not in with_table
    }

    assert bare == set(WITHOUT_TABLE), (
        "add a table to transitions.py and MACHINES, or the ground why there is none here"
    )


def test_every_machine_is_drawn_in_the_docs():
    assert [
        machine for machine in MACHINES if f"## {machine.app}: {machine.name}\n" not in diagrams.page_of_all()
    ] == []


def test_the_diagrams_are_those_of_the_tables():
    command = [sys.executable, "tools/diagrams.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert (done.stdout, done.returncode) == ("", 0)
