"""January to August 2026 with invented teams, in the browser, at the hours of that year; and the log of decisions at its end."""

import os

import pytest

from tests.e2e.pagewalk import SHOTS, chromium
from tests.e2e.server import migrated, portal
from tests.e2e.year import february, january, summer
from tests.e2e.year.clock import VARIABLE, Clock
from tests.e2e.year.stage import YearStage

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path, monkeypatch):
    clock = Clock(tmp_path / "clock")
    clock.set("2026-01-02 09:00")
    monkeypatch.setenv(VARIABLE, str(clock.file))
    var = migrated(tmp_path / "var")
    shots = SHOTS / "year" if os.environ.get("PORTAL_SHOTS") else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, portal(var, module=lambda port: ["tests.e2e.year.served", str(port)]) as base:
        made = YearStage(base, var, tmp_path, browser, shots, clock=clock)
        made.others("people")
        yield made
        made.close()


def test_the_year_2026_ends_with_the_expected_log_of_decisions(stage):
    for chapter in (january, february, summer):
        chapter.play(stage)
    lines = summer.read_log(stage.officer)
    print("\n".join(lines))
    assert stage.troubles == []
