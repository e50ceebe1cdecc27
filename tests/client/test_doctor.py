"""Each line says what is wrong and what to do, before hours are spent."""

import json
import time
from email.utils import formatdate

import pytest

from portal.client import doctor
from portal.client.main import main


@pytest.mark.parametrize(("skew", "state"), [(0, "ok"), (-40, "warn"), (90, "warn"), (4000, "fail"), (-4000, "fail")])
def test_a_clock_that_is_wrong_is_said(skew, state):
    now = time.time()

    assert doctor._clock(formatdate(now + skew, usegmt=True), here=now).state == state


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_portal_without_a_clock_is_no_failure(date):
    assert doctor._clock(date, here=0).state == "warn"


@pytest.mark.parametrize(("needed", "state"), [(0, "ok"), (60, "ok"), (61, "warn")])
def test_files_that_do_not_fit_are_said(needed, state):
    assert doctor._quota({"used": 40, "limit": 100}, needed=needed).state == state


def test_without_anything_every_line_says_what_to_do(tmp_path, capsys):
    (tmp_path / "model.bin").touch()
    (tmp_path / "model.pt").touch()

    assert main(["doctor", str(tmp_path), "--json"]) == 1

    lines = json.loads(capsys.readouterr().out)["lines"]
    failed = [line for line in lines if line["state"] == "fail"]
    assert [line["check"] for line in failed] == ["network", "token", "formats", "formats"]
    assert all(line["todo"] for line in failed)


def test_a_portal_that_is_not_there_is_named(capsys):
    assert main(["doctor", "--url", "http://127.0.0.1:9", "--token", "pt_x"]) == 1
    assert "fail network: http://127.0.0.1:9" in capsys.readouterr().out


def test_a_comparison_that_is_not_installed_says_so(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert main(["self-check", "a", "b"]) == 1
    assert "pip install" in capsys.readouterr().err
