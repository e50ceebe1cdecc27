"""Reported scores through their pages: reporting, announcing, drawing, running, explaining, concluding; what others see."""

import pytest
from django.urls import reverse

from portal.common.viewer import viewer_of_user
from portal.measurements.actions import reproducing
from portal.measurements.models import Report, Reproduction, ReproductionDraw
from portal.submissions.actions import submit
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortia import make_entry
from tests.factories.evaluation import make_suite
from tests.factories.reported import (
    close,
    finish,
    log_files,
    reported,
    reporting_phase,
    settled,
    with_logs,
)

pytestmark = pytest.mark.django_db


def manager_of(entry):
    return entry.consortium.memberships.get(role="manager").user


def test_a_score_is_chosen_from_the_logs_or_typed(client, tmp_path):
    entry = make_entry(reporting_phase())
    log = with_logs(entry, tmp_path)
    sign_in(client, manager_of(entry))
    address = reverse("measurements:report", args=[entry.pk, "benchmark.index"])

    assert "ko_spelling/acc,none" in client.get(address).content.decode()
    chosen = {"kind": "log", "log": log.pk, "figures": ["ko_spelling/acc,none"], "factor": "100", "note": ""}
    assert client.post(address, chosen).status_code == 302
    typed = {"kind": "form", "log": log.pk, "figures": "a, acc, 0.5, , 4", "factor": "1", "harness": "own", "note": ""}
    assert client.post(address, typed).status_code == 302
    wrong = client.post(address, typed | {"figures": "a, acc"})
    assert (wrong.status_code, Report.objects.count()) == (422, 2)
    assert [row.value for row in Report.objects.order_by("version")] == ["75", "0.5"]


def test_logs_that_cannot_be_read_say_so_on_the_page(client, tmp_path):
    entry = make_entry(reporting_phase())
    with_logs(entry, tmp_path, {"results_1.json": b'{"results": {"a": {"acc,none": NaN}}}'})
    sign_in(client, manager_of(entry))

    answer = client.get(reverse("measurements:report", args=[entry.pk, "benchmark.index"]))
    assert (answer.status_code, "NaN is no figure" in answer.content.decode()) == (200, True)


def test_from_the_announcement_to_the_conclusion(client, tmp_path):
    officer, decider = make_user("officer"), make_user("decider")
    entry = make_entry(reporting_phase())
    reported(entry, with_logs(entry, tmp_path, log_files(right=30), whole=True))
    submit(entry.submissions.get(), actor="user:1")
    make_suite()
    page = reverse("ops_measurements:reported", args=[entry.phase_id])
    sign_in(client, officer)
    rule = {
        "do": "commit",
        "seats": "2",
        "level": "0.95",
        "tolerance": "0.01",
        "effect": "keep",
        "days": "7",
        "source": "",
    }

    assert client.post(page, rule).status_code == 302
    close(entry.phase)
    for step in ("close", "draw"):
        assert client.post(page, {"do": step}).status_code == 302, step
    row = Reproduction.objects.order_by("figure__code").first()
    one = reverse("ops_measurements:reproduction", args=[row.pk])
    key = client.get(one).context["choices"][0].key
    assert client.post(one, {"do": "ask", "choice": key}).status_code == 302
    row.refresh_from_db()
    finish(row.run, tmp_path / "run", task=row.task, right=15)
    reproducing.settle_reproductions()

    sign_in(client, manager_of(entry))
    own = reverse("measurements:reproduction", args=[row.pk])
    assert client.post(own, {"text": "다른 프롬프트를 썼다."}).status_code == 302
    sign_in(client, decider)
    assert client.post(one, {"do": "accept", "reason": "인정한다."}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reply.text) == ("accepted", "다른 프롬프트를 썼다.")
    assert client.get(page).status_code == 200


def test_the_office_reads_no_value_before_receiving_has_closed(client, tmp_path):
    entry = make_entry(reporting_phase())
    reported(entry, with_logs(entry, tmp_path, log_files({"ko_spelling": 0.8125})))
    page = reverse("ops_measurements:reported", args=[entry.phase_id])
    sign_in(client, make_user("officer"))

    assert "81.25" not in client.get(page).content.decode()
    close(entry.phase)
    assert "81.25" in client.get(page).content.decode()


def test_verdicts_are_no_part_of_the_public_page_before_the_rules_open_them(client, tmp_path):
    row = settled(tmp_path, by=viewer_of_user(make_user("officer")), reproduced=20)
    page = reverse("measurements:draw", args=[row.draw_id])

    text = client.get(page).content.decode()
    assert (row.figure.code in text, row.figure.task in text) == (True, False)
    assert ReproductionDraw.objects.get().commitment in text
