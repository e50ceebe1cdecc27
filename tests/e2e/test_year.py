"""January to August 2026 with invented teams, in the browser, at the hours of that year; and the log of decisions at its end."""

import os
import sys

import pytest

from tests.e2e.pagewalk import SHOTS, chromium
from tests.e2e.server import portal
from tests.e2e.year import february, january, summer
from tests.e2e.year.clock import VARIABLE, Clock
from tests.e2e.year.stage import YearStage

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(tmp_path, new_portal, monkeypatch):
    clock = Clock(tmp_path / "clock")
    clock.set("2026-01-02 09:00")
    monkeypatch.setenv(VARIABLE, str(clock.file))
    var = new_portal(tmp_path / "var")
    shots = SHOTS / "year" if os.environ.get("PORTAL_SHOTS") else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, portal(var, module=lambda port: ["tests.e2e.year.served", str(port)]) as base:
        made = YearStage(base, var, tmp_path, browser, shots, clock=clock)
        made.others("people")
        yield made
        made.close()


EXPECTED = """\
2026-01-13 year-1 D gate originality fail: 소명을 들었으나 고정 가중치 사용은 사실이다. [replied]
2026-01-15 year-1 A advance rank: 총점 1위로 다음 단계에 진출한다. [final]
2026-01-15 year-1 B advance rank: 총점 2위로 다음 단계에 진출한다. [final]
2026-01-15 year-1 C advance rank: 총점에 따라 다음 단계에 진출한다. [final]
2026-01-15 year-1 D disqualify gate: 외부 가중치를 고정해 썼으므로 독자성 요건을 갖추지 못했다. [final]
2026-01-15 year-1 E cut rank: 총점이 가장 낮다. [final]
2026-01-15 year-1 seats=1 vacate_seat vote: 네 자리 가운데 한 자리가 비었다. [final]
2026-02-20 year-2 call-1 select vote: 심의위원 과반이 새벽 컨소시엄에 찬성했다. [final]
2026-08-18 year-2 A advance rank: 총점 1위로 다음 단계에 진출한다. [final]
2026-08-18 year-2 B advance rank: 총점 2위로 다음 단계에 진출한다. [final]
2026-08-18 year-2 C advance rank: 총점 3위로 다음 단계에 진출한다. [final]
2026-08-18 year-2 D cut rank: 근소한 차이로 총점이 가장 낮다. [final]
2026-08-27 year-2 D objection misreading: 평가표와 증거를 다시 읽었으나 잘못 읽은 곳이 없다. [dismissed]
"""
# By score alone D was among the four of phase 1; and in phase 2 it was last by little.
RANKS = {"year-1": "A B D C E", "year-2": "A B C D"}


def test_the_year_2026_ends_with_the_expected_log_of_decisions(stage):
    for chapter in (january, february, summer):
        chapter.play(stage)
    log = summer.read_log(stage.officer)
    sys.stdout.write(log)
    assert log == EXPECTED
    assert summer.ranks(stage) == RANKS
    assert stage.troubles == []
