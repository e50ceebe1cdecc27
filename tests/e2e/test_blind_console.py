"""An evaluator in the browser with three served models that try to give themselves away: by headers, cookies, names, speed
and errors. No header, label, URL, cookie, stored value, size or timing tells them apart, and each rating ends in its sheet.
"""

import json
import re
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Response, expect

from tests.e2e.blind import PACE
from tests.e2e.pagewalk import COLLECT_CSP, chromium
from tests.e2e.server import in_portal, migrated, portal
from tests.factories.served import Says, served

pytestmark = pytest.mark.browser

TURNS = 2  # answered questions to each model
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.title])"
NAVIGATION = "performance.getEntriesByType('navigation').map((entry) => entry.serverTiming.length)"
OF_THE_MOMENT = {"date", "set-cookie", "location", "content-length", "expires"}


class Seen(NamedTuple):
    """One document that the browser got while it was with a model."""

    code_name: str
    method: str
    url: str
    status: int
    headers: dict[str, str]
    body: str
    seconds: float


class Journey(NamedTuple):
    seen: list[Seen]
    texts: list[str]  # of pages, storage and cookies
    code_names: list[str]
    violations: list[str]


def plain_answer(number: int, messages: list[dict[str, str]]) -> str:
    return f"답은 {number + 1}입니다."


def models() -> list[Says]:
    """가람 answers at once and names itself, 누리 is slow, 다솜 fails first with a page of its own."""
    telling = {
        "Server": "GaramServe/3",
        "X-Model": "maker-0/Model-0-7B",
        "Set-Cookie": "maker=garam",
        "Server-Timing": "garam;dur=3",
    }
    return [
        Says(lambda number, messages: "저는 가람이 만든 Model 0 7B이고, I am G A R A M.", headers=telling),
        Says(plain_answer, delay=0.9, headers={"Server": "Nuri", "X-Ratelimit-Model": "nuri"}),
        Says(
            lambda number, messages: None if number == 1 else plain_answer(number, messages),
            headers={"X-Error": "dasom"},
        ),
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    var = migrated(tmp_path_factory.mktemp("portal"))
    with ExitStack() as stack:
        addresses = [stack.enter_context(served(model)) for model in models()]
        built = json.loads(in_portal(var, "-m", "tests.e2e.blind", "build", *addresses))
        base = stack.enter_context(portal(var))
        journey = travelled(base, built)
        yield base, built, journey, json.loads(in_portal(var, "-m", "tests.e2e.blind", "outcome"))


def travelled(base: str, built: dict[str, Any]) -> Journey:
    """The first evaluator's whole way, from the list to the signature, with the mouse and the forms of the pages."""
    journey = Journey([], [], [], [])
    with chromium() as browser:
        tab = signed_in_tab(browser, base, built["sessions"][0])
        tab.on("response", lambda response: note(journey, response))
        for path in ("/review/", "/review/console/", f"/review/console/{built['round']}/"):
            tab.goto(base + path)
            keep_texts(tab, journey)
        while tab.get_by_role("button", name=re.compile("^시작")).count():
            one_model(tab, journey)
        tab.goto(f"{base}/review/console/{built['round']}/sign-off/")
        keep_texts(tab, journey)
        tab.get_by_role("button", name="모든 점수에 서명").click()
        expect(tab.get_by_text("서명했습니다")).to_be_visible()
        keep_texts(tab, journey)
    return journey


def signed_in_tab(browser, base, session):
    context = browser.new_context(locale="ko-KR")
    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    tab = context.new_page()
    tab.add_init_script(COLLECT_CSP)
    return tab


def note(journey: Journey, response: Response) -> None:
    """Documents only: static files are the same for everybody. A redirect has no body of its own."""
    if response.request.resource_type not in {"document", "xhr", "fetch"} or not journey.code_names:
        return
    timing = response.request.timing
    moved = 300 <= response.status < 400
    journey.seen.append(
        Seen(
            journey.code_names[-1],
            response.request.method,
            response.url,
            response.status,
            {name.lower(): value for name, value in response.all_headers().items()},
            "" if moved else response.text(),
            max(timing["responseStart"] - timing["requestStart"], 0) / 1000,
        )
    )


def one_model(tab, journey: Journey) -> None:
    card = tab.locator(".model-list li", has=tab.get_by_role("button", name=re.compile("^시작")))
    journey.code_names.append(card.locator(".code-name").inner_text())
    tab.get_by_role("button", name=re.compile("^시작")).click()
    expect(tab.locator("h1")).to_have_text(f"모델 {journey.code_names[-1]}")
    keep_texts(tab, journey)
    answered = 0
    for number in range(1, TURNS + 2):
        if answered == TURNS:
            break
        tab.fill("#question", "1 더하기 1은?")
        tab.get_by_role("button", name="질문하기").click()
        expect(tab.locator(".said.mine")).to_have_count(number)
        keep_texts(tab, journey)
        answered = tab.locator(".said.theirs").count()
    tab.fill("#question", "아직 보내지 않은 질문")
    place = len(journey.code_names)
    for row, value in (("quality", 1 + place), ("use", 6 - place)):
        tab.locator(f"input[name=score-{row}][value='{value - 1}']").check()
    expect(tab.locator("#save-state")).to_contain_text("저장됨")  # the rating saves itself
    tab.get_by_role("button", name="저장", exact=True).click()
    expect(tab.locator("#question")).to_have_value("아직 보내지 않은 질문")
    journey.violations.extend(tab.evaluate("window.cspViolations"))
    tab.get_by_role("button", name="이 모델 평가 마치기").click()
    expect(tab.get_by_text("평가를 마쳤습니다")).to_be_visible()
    keep_texts(tab, journey)


def keep_texts(tab, journey: Journey) -> None:
    journey.texts.extend([tab.content(), tab.evaluate(STORED), tab.url])
    journey.violations.extend(str(count) for count in tab.evaluate(NAVIGATION) if count)


DRAWN = re.compile(r"\b(?=\w*[A-Z])(?=\w*[a-z])(?=\w*[0-9])\w{20,}\b")
SHORT = 8  # letters of a name that stand now and then in a token drawn by chance


def says(text: str, secret: str) -> bool:
    """Whether the text holds the secret, apart from the words of every page's foot; a short name is not looked for in tokens."""
    text = re.sub("누리집|공공누리", "", text)
    return secret.casefold() in (DRAWN.sub("", text) if len(secret) <= SHORT else text).casefold()


def test_no_page_address_header_or_stored_value_says_who_made_a_model(world):
    _base, built, journey, _outcome = world
    secrets = [secret for row in built["secrets"] for secret in row] + [built["seed"], "GaramServe", "X-Error", "dasom"]
    said = [
        text for seen in journey.seen for text in (seen.url, seen.body, json.dumps(seen.headers, ensure_ascii=False))
    ]
    heard = journey.texts + said

    assert len(heard) > 60
    assert [secret for secret in secrets if any(says(text, secret) for text in heard)] == []


def test_headers_are_the_same_for_every_model(world):
    _base, _built, journey, _outcome = world
    kinds = {
        name: {
            (seen.method, seen.status, shape_of(seen.url), tuple(sorted(fixed(seen.headers).items())))
            for seen in journey.seen
            if seen.code_name == name and "/sign" not in seen.url
        }
        for name in journey.code_names
    }

    assert len(kinds) == 3
    assert len({frozenset(found) for found in kinds.values()}) == 1


def fixed(headers: dict[str, str]) -> dict[str, str]:
    """Headers less their values of the moment; of cookies the names stay."""
    cookies = ",".join(sorted(re.findall(r"(?:^|\n)(\w+)=", headers.get("set-cookie", ""))))
    return {name: value for name, value in headers.items() if name not in OF_THE_MOMENT} | {"cookies": cookies}


def shape_of(url: str) -> str:
    return re.sub(r"models/[\w-]{22}/", "models/KEY/", re.sub(r"^https?://[^/]+", "", url))


def test_addresses_of_models_are_of_one_shape(world):
    _base, _built, journey, _outcome = world
    keys = {key for seen in journey.seen for key in re.findall(r"models/([^/]+)/", seen.url)}

    assert len(keys) == 3
    assert all(re.fullmatch(r"[\w-]{22}", key) for key in keys)


def test_pages_of_models_weigh_the_same_before_the_first_answer(world):
    _base, _built, journey, _outcome = world
    first = {}
    for seen in journey.seen:
        if seen.method == "GET" and shape_of(seen.url) == "/review/console/models/KEY/":
            first.setdefault(seen.code_name, len(seen.body))

    assert len(first) == 3
    assert len(set(first.values())) == 1


def test_fast_slow_and_failing_answers_take_the_same_step(world):
    _base, _built, journey, _outcome = world
    waits = {name: [] for name in journey.code_names}
    for seen in journey.seen:
        if seen.method == "POST" and seen.url.endswith("/ask/"):
            waits[seen.code_name].append(seen.seconds)

    assert sorted(len(rows) for rows in waits.values()) == [TURNS, TURNS, TURNS + 1]
    assert {int(wait // PACE) for rows in waits.values() for wait in rows} == {1}, waits


def test_nothing_breaks_the_policy_and_nothing_is_timed_for_the_browser(world):
    _base, _built, journey, _outcome = world

    assert journey.violations == []


def test_the_ratings_end_in_the_sheets_of_the_right_entries(world):
    _base, _built, journey, outcome = world
    mine = [row for row in outcome["trials"] if row["seat"] == outcome["trials"][0]["seat"]]

    assert [row["code_name"] for row in mine] == journey.code_names
    assert [row["state"] for row in mine] == ["signed"] * 3
    assert [row["scores"] for row in mine] == [{"quality": str(place), "use": str(5 - place)} for place in (1, 2, 3)]
    assert sorted(row["entry"] for row in mine) == ["A", "B", "C"]


def test_a_failure_was_repeated_and_the_names_were_masked(world):
    _base, _built, _journey, outcome = world

    assert outcome["failures"] == 1
    assert outcome["masked"] == TURNS


def test_another_evaluator_has_other_names_and_other_addresses(world):
    base, built, journey, outcome = world
    others = [row for row in outcome["trials"] if row["seat"] != outcome["trials"][0]["seat"]]
    with chromium() as browser:
        tab = signed_in_tab(browser, base, built["sessions"][1])
        tab.goto(f"{base}/review/console/{built['round']}/")
        shown = tab.locator(".code-name").all_inner_texts()
        strange = tab.goto(f"{base}/review/console/models/{outcome['trials'][0]['key']}/")

        assert shown == [row["code_name"] for row in others]
        assert not set(shown) & set(journey.code_names)
        assert strange is not None
        assert strange.status == 404


def test_no_way_round_leads_to_the_entries(world):
    base, built, _journey, _outcome = world
    paths = [f"/review/sheets/{pk}/{page}" for pk in built["sheets"] for page in ("", "sign-off/", "print/")]
    paths += [
        f"/ops/console/{built['round']}/",
        f"/ops/console/phases/{built['phase']}/",
        f"/ops/console/{built['round']}/record/",
    ]
    with chromium() as browser:
        tab = signed_in_tab(browser, base, built["sessions"][0])
        answers = {path: tab.goto(base + path) for path in paths}

        assert {
            path: answer.status for path, answer in answers.items() if answer and answer.status not in {403, 404}
        } == {}
