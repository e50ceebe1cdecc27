"""The way in, in the browser: two factors by the form, with the keyboard alone, and back to where one wanted to go."""

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.pagewalk import COLLECT_CSP, chromium
from tests.e2e.server import built_pages, portal
from tests.factories.secrets import PASSWORD, TOTP_SECRET

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world(tmp_path_factory, new_portal):
    var = new_portal(tmp_path_factory.mktemp("portal"))
    people = {page["name"]: page["email"] for page in built_pages(var, "accounts")}
    with portal(var) as base:
        yield base, people


@pytest.fixture
def tab():
    with chromium() as browser:
        page = browser.new_context(locale="ko-KR").new_page()
        page.add_init_script(COLLECT_CSP)
        yield page


def test_reviewer_comes_in_with_the_keyboard_alone(world, tab):
    base, people = world
    tab.goto(f"{base}/me/")
    expect(tab).to_have_url(f"{base}/accounts/login/?next=/me/")

    tab.keyboard.press("Tab")
    expect(tab.locator(".skip-link")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.type(people["me-reviewer"])
    tab.keyboard.press("Tab")  # the link to a new password
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.locator("#id_code").wait_for()
    tab.locator("#id_code").focus()
    tab.keyboard.type(one_time_code())
    tab.keyboard.press("Enter")

    expect(tab.locator("h1")).to_have_text("내 계정")
    assert tab.evaluate("window.cspViolations") == []


def test_refusal_takes_the_focus_to_what_is_wrong(world, tab):
    base, people = world
    tab.goto(f"{base}/en/accounts/login/")
    tab.fill("#id_login", people["me-team"])
    tab.fill("#id_password", "not the password")
    tab.keyboard.press("Enter")

    expect(tab.locator(".error-summary")).to_be_focused()


def test_pages_for_everybody_need_no_script(world):
    base, _people = world
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{base}/accounts/login/")

        assert page.locator("script").count() == 0
        expect(page.locator("h1")).to_have_text("로그인")


def one_time_code():
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
