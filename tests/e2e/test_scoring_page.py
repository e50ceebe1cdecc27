"""The scoring page in the browser: keys in the focused group, autosave, two windows, no connection, a session that ended."""

import pytest
from playwright.sync_api import expect

from tests.e2e.pagewalk import COLLECT_CSP, chromium
from tests.e2e.server import built_pages, portal

pytestmark = pytest.mark.browser
SAVES = "**/save/"


@pytest.fixture(scope="module")
def world(tmp_path_factory, new_portal):
    var = new_portal(tmp_path_factory.mktemp("portal"))
    sheet = next(page for page in built_pages(var, "review") if page["name"] == "review-sheet")
    with portal(var) as base, chromium() as browser:
        yield base, sheet, browser


@pytest.fixture
def window(world):
    """Opens the sheet in windows of one browser, as its owner."""
    base, sheet, browser = world
    context = browser.new_context(locale="ko-KR")
    context.add_init_script(COLLECT_CSP)
    context.add_cookies([{"name": "sessionid", "value": sheet["session"], "url": base}])

    def opened():
        tab = context.new_page()
        tab.on("dialog", lambda dialog: dialog.accept())
        tab.goto(f"{base}{sheet['path']}")
        return tab

    yield opened
    context.close()


def saved(tab):
    expect(tab.locator("#save-state .save-mark")).to_be_attached()


def test_digits_choose_only_in_the_group_that_has_the_focus(window):
    tab = window()
    chosen = tab.locator("input[name=score-impact]:checked")
    tab.locator("input[name=score-impact][value='20']").check()

    tab.locator("#opinion").focus()
    tab.keyboard.type("5")
    expect(chosen).to_have_value("20")

    tab.locator("input[name=score-impact][value='20']").focus()
    with tab.expect_response(SAVES):
        tab.keyboard.type("15")
    expect(chosen).to_have_value("15")
    tab.locator("#score-strategy").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("input[name=score-impact]").first).to_be_focused()
    assert tab.evaluate("window.cspViolations") == []


def test_autosave_shows_its_time(window):
    tab = window()

    with tab.expect_response(SAVES):
        tab.fill("#score-strategy", "31.5")
        tab.keyboard.press("Tab")

    saved(tab)
    expect(tab.locator("#save-state time")).to_be_visible()


def test_a_save_from_an_old_window_is_told_and_loses_nothing(window):
    first, second = window(), window()
    with second.expect_response(SAVES):
        second.fill("#opinion", "둘째 창의 글")
        second.keyboard.press("Tab")
    saved(second)

    with first.expect_response(SAVES) as answer:
        first.fill("#opinion", "첫 창의 글")
        first.keyboard.press("Tab")

    assert answer.value.status == 409
    expect(first.locator("#save-state .alert")).to_be_visible()
    expect(first.locator("#opinion")).to_have_value("첫 창의 글")
    first.close()


def test_without_a_connection_the_text_stays_and_is_saved_later(window):
    tab = window()
    tab.context.set_offline(True)
    tab.fill("#opinion", "끊긴 동안 쓴 글")
    tab.keyboard.press("Tab")
    expect(tab.locator("#offline [data-why=network]")).to_be_visible()

    with tab.expect_response(SAVES):
        tab.context.set_offline(False)

    expect(tab.locator("#offline")).to_be_hidden()
    tab.reload()
    expect(tab.locator("#opinion")).to_have_value("끊긴 동안 쓴 글")
    expect(tab.locator("#kept")).to_be_hidden()


def test_what_never_arrived_is_offered_after_the_page_is_loaded_again(window):
    tab = window()
    tab.route(SAVES, lambda route: route.abort())
    tab.fill("#opinion", "보내지 못한 글")
    tab.keyboard.press("Tab")
    expect(tab.locator("#offline")).to_be_visible()
    tab.unroute(SAVES)

    tab.reload()
    expect(tab.locator("#kept")).to_be_visible()
    with tab.expect_response(SAVES):
        tab.locator("[data-kept=restore]").click()

    expect(tab.locator("#opinion")).to_have_value("보내지 못한 글")
    saved(tab)


def test_a_session_that_ended_is_told_and_the_text_stays(window):
    tab = window()
    tab.context.clear_cookies()

    with tab.expect_response(SAVES):
        tab.fill("#opinion", "로그인이 끝난 뒤의 글")
        tab.keyboard.press("Tab")

    expect(tab.locator("#offline [data-why=server]")).to_be_visible()
    expect(tab.locator("#opinion")).to_have_value("로그인이 끝난 뒤의 글")
