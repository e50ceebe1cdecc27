"""The published figures of both phases of 2026 come out, and the same bytes every time."""

import json
import subprocess
import sys

import pytest

from portal.review.scoring import tally
from tests.golden import build

PHASES = {"phase1-2026": build.phase1, "phase2-2026": build.phase2}
# Runs the command with Django made impossible to import.
WITHOUT_DJANGO = "import sys, runpy; sys.modules['django'] = None; sys.argv = sys.argv[1:]; runpy.run_module('portal.review.scoring', run_name='__main__')"


def golden(name):
    return json.loads((build.FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PHASES)
def test_the_files_are_what_the_builder_writes(name):
    assert (build.FOLDER / f"{name}.json").read_text(encoding="utf-8") == build.text_of(PHASES[name]())


def test_phase_1_comes_to_the_published_points():
    document = tally(golden("phase1-2026")).document
    first = document["entries"][0]
    assert {row["part"]: row["points"] for row in first["parts"]} == {
        "nia": "9.2", "common": "14.4", "individual": "10.0", "expert": "31.6", "user": "25.0",
    }  # fmt: skip
    assert first["groups"] == [{"group": "benchmark", "points": "33.6"}]
    assert first["total"] == "90.2"
    averages = document["averages"]
    assert (averages["points"]["benchmark"], averages["points"]["expert"]) == ("30.40", "28.56")
    assert (averages["points"]["user"], averages["total"]) == ("20.76", "79.7")
    assert document["best"]["nia"] == {"points": "9.2", "entries": ["T1", "T2"]}
    assert document["best"]["individual"] == {"points": "10.0", "entries": ["T1", "T3"]}


def test_phase_1_rules_out_by_the_gate_beside_the_rank():
    document = tally(golden("phase1-2026")).document
    ranks = [(row["code"], row["rank_by_score"], row["rank_among_eligible"]) for row in document["entries"]]
    assert ranks == [("T1", 1, 1), ("T2", 2, 2), ("T3", 3, 3), ("T4", 4, None), ("T5", 5, 4)]


def test_phase_2_comes_to_the_published_averages_and_the_totals_of_the_press():
    document = tally(golden("phase2-2026")).document
    index = [row["parts"][0]["points"] for row in document["entries"]]
    assert sorted(index, key=float, reverse=True) == ["11.9", "9.4", "8.8", "7.8"]
    points = document["averages"]["points"]
    assert [points[part] for part in ("aaii", "nia", "expert", "professional", "public")] == [
        "9.48", "13.05", "28.75", "10.53", "7.03",
    ]  # fmt: skip
    assert document["averages"]["total"] == "68.83"
    assert [row["total"] for row in document["entries"]] == ["70.6", "69.9", "69.0", "65.8"]


def test_phase_2_has_the_published_gaps_between_first_and_last():
    document = tally(golden("phase2-2026")).document
    columns = {"benchmark": [], "expert": [], "users": []}
    for row in document["entries"]:
        cells = {cell.get("group") or cell["part"]: float(cell["points"]) for cell in row["groups"] + row["parts"]}
        for key, values in columns.items():
            values.append(cells[key])
    gaps = {key: round(max(values) - min(values), 1) for key, values in columns.items()}
    assert gaps == {"benchmark": 4.0, "expert": 2.4, "users": 5.0}


@pytest.mark.parametrize("name", PHASES)
def test_every_row_says_where_it_is_from(name):
    bundle = golden(name)
    origins = {row["origin"] for row in bundle["sheets"] + bundle["measurements"]}
    assert origins <= {"published", "press", "constructed"}


@pytest.mark.parametrize("name", PHASES)
def test_the_command_needs_no_django_and_prints_the_kept_bytes_twice(name):
    command = [sys.executable, "-c", WITHOUT_DJANGO, "scoring", str(build.FOLDER / f"{name}.json")]
    runs = [subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)]
    assert runs[0] == runs[1] == (build.FOLDER / f"{name}.txt").read_bytes()


def test_the_command_says_what_is_wrong_with_a_file(tmp_path):
    broken = golden("phase1-2026")
    broken["sheets"][0]["scores"]["strategy"] = "11"
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(broken), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "portal.review.scoring", str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "sheets[0].scores.strategy: 11 is outside of 0 to 10" in run.stderr
