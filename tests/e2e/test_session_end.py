"""Before a session ends the person is asked, can extend it, and keeps what was typed when it has ended after all."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.pagewalk import COLLECT_CSP, chromium
from tests.e2e.server import built_pages, portal
from tests.factories.secrets import PASSWORD

pytestmark = pytest.mark.browser

IDLE = 60 * 60 * 1000  # ms, the default
WARNING = 180 * 1000


@pytest.fixture(scope="module")
def world(tmp_path_factory, new_portal):
    var = new_portal(tmp_path_factory.mktemp("portal"))
    people = {page["name"]: page["email"] for page in built_pages(var, "accounts")}
    with portal(var) as base:
        yield base, people["me-team"]


@pytest.fixture
def tab(world):
    base, email = world
    with chromium() as browser:
        page = browser.new_context(locale="ko-KR").new_page()
        page.add_init_script(COLLECT_CSP)
        page.clock.install()
        page.goto(f"{base}/accounts/login/?next=/me/")
        page.fill("#id_login", email)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("내 계정")
        yield page


def question(tab):
    return tab.get_by_role("dialog", name="곧 자동으로 로그아웃됩니다")


def test_the_time_is_extended_by_one_press(tab):
    tab.clock.fast_forward(IDLE - WARNING - 5000)
    expect(question(tab)).to_be_hidden()
    tab.clock.fast_forward(10_000)
    expect(question(tab)).to_be_visible()
    expect(question(tab)).to_contain_text(re.compile(r"2:5\d"))
    tab.keyboard.press("Enter")  # the button has the focus
    expect(question(tab)).to_be_hidden()
    tab.clock.fast_forward(IDLE - WARNING - 5000)
    expect(question(tab)).to_be_hidden()
    assert tab.evaluate("window.cspViolations") == []


def test_the_end_is_told_once_and_forms_take_over_the_new_sign_in(world, tab):
    base, email = world
    tab.clock.fast_forward(IDLE + 1000)
    expect(question(tab)).to_contain_text("로그아웃되었습니다")
    tab.context.clear_cookies()
    with tab.context.expect_page() as opened:
        question(tab).get_by_role("link", name="로그인(새 창)").click()
    other = opened.value
    other.fill("#id_login", email)
    other.fill("#id_password", PASSWORD)
    other.keyboard.press("Enter")
    expect(other.locator("h1")).to_have_text("내 계정")
    before = tab.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    question(tab).get_by_role("button", name="화면으로 돌아가기").click()
    expect(question(tab)).to_be_hidden()
    after = tab.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    assert after != before
    tab.get_by_role("button", name="로그아웃").click()
    expect(tab).to_have_url(f"{base}/accounts/login/")


def test_escape_puts_the_question_aside(tab):
    tab.clock.fast_forward(IDLE - WARNING + 5000)
    expect(question(tab)).to_be_visible()
    tab.keyboard.press("Escape")
    tab.clock.fast_forward(10_000)
    expect(question(tab)).to_be_hidden()
    tab.clock.fast_forward(WARNING)
    expect(question(tab)).to_contain_text("로그아웃되었습니다")
