"""Curves in the browser: a million points drawn at once, zoomed by keys and by pointer, read point by point, and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.pagewalk import COLLECT_CSP, chromium
from tests.e2e.server import built_pages, portal

pytestmark = pytest.mark.browser
DRAWN = "() => performance.getEntriesByName('curve-drawn').at(-1)?.startTime"


@pytest.fixture(scope="module")
def world(tmp_path_factory, new_portal):
    var = new_portal(tmp_path_factory.mktemp("portal"))
    page = next(page for page in built_pages(var, "originality.million") if page["name"] == "curves")
    with portal(var) as base, chromium() as browser:
        yield base, page, browser


@pytest.fixture
def window(world):
    """Opens the page of the curves as a member of the team."""
    base, page, browser = world
    contexts = []

    def opened(**options):
        context = browser.new_context(locale="ko-KR", **options)
        contexts.append(context)
        context.add_init_script(COLLECT_CSP)
        context.add_cookies([{"name": "sessionid", "value": page["session"], "url": base}])
        tab = context.new_page()
        tab.goto(f"{base}{page['path']}")
        return tab

    yield opened
    for context in contexts:
        context.close()


def part_of_the_loss(answer):
    return "data.json?quantity=loss&first=" in answer.url


def drawn(tab):
    expect(tab.locator(".curve-canvas canvas")).to_be_visible()


def test_a_million_points_are_drawn_and_their_number_is_said(window, capsys):
    tab = window()

    drawn(tab)

    with capsys.disabled():
        print(f"\nfirst paint of a chart of 1,000,000 points {tab.evaluate(DRAWN):.0f} ms after the page was asked for")
    expect(tab.locator("[data-count]")).to_have_text(re.compile(r"1,000,000개 중 1,9\d\d개"))
    assert tab.evaluate("window.cspViolations") == []


def test_zooming_asks_the_server_anew_and_the_address_keeps_it(window):
    tab = window()
    drawn(tab)
    field = tab.locator(".curve-canvas .u-over")
    field.scroll_into_view_if_needed()
    canvas = field.bounding_box()

    with tab.expect_response(part_of_the_loss):
        tab.mouse.move(canvas["x"] + 100, canvas["y"] + 50)
        tab.mouse.down()
        tab.mouse.move(canvas["x"] + 200, canvas["y"] + 60)
        tab.mouse.up()
    expect(tab.locator("#id_first")).not_to_have_value("")
    first, last = (int(tab.locator(field).input_value()) for field in ("#id_first", "#id_last"))

    assert 0 < first < last < 999_999
    assert f"first={first}" in tab.url
    assert f"last={last}" in tab.locator("[data-window-link]").get_attribute("href")
    tab.reload()
    drawn(tab)
    expect(tab.locator("#id_first")).to_have_value(str(first))


def test_keys_zoom_and_read_point_by_point(window):
    tab = window()
    drawn(tab)

    tab.locator("[data-part=slider]").focus()
    for _ in range(3):
        tab.keyboard.press("ArrowRight")
    expect(tab.locator("[data-part=reading]")).to_contain_text("학습 손실")
    tab.locator("[data-move=in]").focus()
    with tab.expect_response(part_of_the_loss):
        tab.keyboard.press("Enter")

    expect(tab.locator("#id_last")).not_to_have_value("")
    expect(tab.locator("[data-part=status]")).not_to_have_text("")
    with tab.expect_response(lambda answer: answer.url.endswith("data.json?quantity=loss")):
        tab.locator("[data-move=all]").press("Enter")
    expect(tab.locator("#id_last")).to_have_value("")


def test_a_window_that_does_not_come_is_said_and_the_drawing_stays(window):
    tab = window()
    drawn(tab)
    tab.route("**/data.json**", lambda route: route.abort())

    tab.locator("[data-move=in]").click()

    expect(tab.locator("[data-part=status]")).to_contain_text("다시")
    drawn(tab)


def test_without_script_the_drawing_the_table_and_the_form_are_there(window):
    tab = window(java_script_enabled=False)

    expect(tab.locator(".curve-svg .curve-line").first).to_be_visible()
    expect(tab.locator("[data-part=tools]")).to_be_hidden()
    tab.fill("#id_first", "1000")
    tab.fill("#id_last", "1999")
    tab.locator("#window button[type=submit]").click()
    expect(tab.locator("[data-count]")).to_have_text(re.compile("^1,000개 중 [67]"))
