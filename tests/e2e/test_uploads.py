"""Uploading from the page: 200 MB by keyboard alone with a reload in the middle, handed in and printed; and everything that can go wrong.

With PORTAL_SHOTS=1 every station is kept as a picture in var/shots/uploads/.
"""

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.begun import BEGUN, files_of
from tests.e2e.pagewalk import AXE, COLLECT_CSP, RUN_AXE, SHOTS, chromium
from tests.e2e.server import built_pages, portal, worker

pytestmark = pytest.mark.browser

MIB = 1 << 20
PARTS = re.compile(r"/api/uploads/[0-9a-f-]{36}/\d+/\d+/$")
A_LOG = 200  # MiB


@pytest.fixture(scope="module")
def world(tmp_path_factory, new_portal):
    var = new_portal(tmp_path_factory.mktemp("portal"))
    pages = {page["name"]: page for page in built_pages(var, "uploads")}
    with portal(var) as base, chromium() as browser:
        yield var, base, pages, browser


@pytest.fixture
def tab(world, request):
    """The page of a draft, as a member of the team: the one that misses its log alone, or the one named by the test."""
    _, base, pages, browser = world
    page = pages[getattr(request, "param", "uploads-moving")]
    context = browser.new_context(locale="ko-KR", reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    context.add_init_script(COLLECT_CSP)
    context.add_init_script(path=AXE)
    context.add_cookies([{"name": "sessionid", "value": page["session"], "url": base}])
    made = context.new_page()
    made.on("dialog", lambda dialog: dialog.accept())
    made.on(
        "filechooser", lambda chooser: None
    )  # choosers are caught from now on, not from the first one that is awaited
    made.goto(f"{base}{page['path']}")
    yield made
    context.close()


def write_log(path: Path, *, mib: int) -> Path:
    """Lines of a training log that differ in every part and from those of other logs: known bytes would not travel."""
    with path.open("wb") as file:
        for number in range(mib):
            line = f"{path.stem} {number} 7.6 0.0003\n".encode()
            file.write((line * (MIB // len(line) + 1))[:MIB])
    return path


def reach(tab, target):
    """Go on with the tab key until the target has the focus: nothing here needs a mouse."""
    for _ in range(120):
        if target.evaluate("element => element === document.activeElement"):
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {target}.")


def choose(tab, button, *paths):
    reach(tab, button)
    with tab.expect_file_chooser() as chooser:
        tab.keyboard.press("Enter")
    chooser.value.set_files([str(path) for path in paths])


def send(tab, *paths):
    """Choose files and begin; the upload's card."""
    choose(tab, tab.get_by_role("button", name="파일 선택"), *paths)
    reach(tab, tab.get_by_role("button", name="선택한 파일 올리기"))
    tab.keyboard.press("Enter")
    return tab.locator("#upload-cards > li").last


def button(card, name):
    return card.locator(f'[data-part="{name}"]')


def reaches(card, *, percent):
    """Wait until so much is sent. In a loop, because the page's policy forbids the evaluation of a text by the page."""
    for _ in range(3000):
        if (
            card.get_attribute("data-state") == "sending"
            and button(card, "bar").evaluate("bar => bar.value") >= percent
        ):
            return
        time.sleep(0.01)
    raise AssertionError(f"The upload does not come to {percent} percent: {card.inner_text()}")


def sound(tab, name):
    """No violation of the policy or of the rules for accessible pages in the present state."""
    if os.environ.get("PORTAL_SHOTS"):
        (SHOTS / "uploads").mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=SHOTS / "uploads" / f"{name}.png", full_page=True)
    assert tab.evaluate("window.cspViolations") == []
    assert [(found["id"], found["nodes"][0]["html"]) for found in tab.evaluate(RUN_AXE)] == []
    # axe sets styles of its own, which the policy reports and htmx would copy.
    tab.evaluate("document.querySelectorAll('[style]').forEach((element) => element.removeAttribute('style'))")
    tab.evaluate("window.cspViolations = []")


@pytest.mark.parametrize("tab", ["uploads-ready"], indirect=True)
def test_a_large_log_survives_a_reload_and_is_handed_in_by_keyboard_alone(world, tab, tmp_path):
    var, _, _, _ = world
    log = write_log(tmp_path / "train.log", mib=A_LOG)
    card = send(tab, log)
    expect(button(card, "pause")).to_be_focused()
    reaches(card, percent=20)
    tab.keyboard.press("Enter")
    expect(button(card, "resume")).to_be_focused()
    expect(card).to_have_attribute("data-state", "paused")
    sound(tab, "paused")
    tab.wait_for_load_state("networkidle")  # the parts on their way arrive
    tab.reload()

    row = tab.locator("#on-their-way li")
    held = int(row.get_attribute("data-held"))
    assert 0 < held < A_LOG * MIB
    sound(tab, "reloaded")
    sent = []
    tab.on("request", lambda request: sent.append(request.url) if PARTS.search(request.url) else None)
    choose(tab, row.get_by_role("button", name="이 화면에서 이어서 보내기"), log)
    card = tab.locator("#upload-cards > li")
    with worker(var):
        expect(card).to_have_attribute("data-state", "done", timeout=90_000)
    assert len(sent) == (A_LOG * MIB - held) / (8 * MIB)
    sound(tab, "stored")
    log.unlink()

    expect(tab.locator("#files")).to_be_visible()
    for box in tab.locator("#sign ~ form input[type=checkbox]").all():
        reach(tab, box)
        tab.keyboard.press("Space")
    reach(tab, tab.get_by_role("button", name="최종 제출"))
    tab.keyboard.press("Enter")
    expect(tab.locator("h1")).to_contain_text("접수증")
    sound(tab, "receipt")
    printed(tab, tmp_path / "receipt.pdf")


def printed(tab, path: Path) -> None:
    tab.emulate_media(media="print")
    expect(tab.locator(".site-menu").first).to_be_hidden()
    assert tab.pdf(path=path, format="A4").startswith(b"%PDF")
    if os.environ.get("PORTAL_SHOTS"):
        (SHOTS / "uploads" / "receipt.pdf").write_bytes(path.read_bytes())


def test_what_would_be_refused_is_said_before_a_byte_leaves(tab, tmp_path):
    files = {
        "model.safetensors": b"\0" * 9,
        "old.pt": b"PK\x03\x04",
        "all.7z": b"7z",
        "renamed.log": b"PK\x03\x04",
        "binary.csv": b"a\0b",
        "good.log": b"0 7.6\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    requests = []
    tab.on("request", lambda request: requests.append(request.url) if "/api/" in request.url else None)

    choose(tab, tab.get_by_role("button", name="파일 선택"), *(tmp_path / name for name in files))

    lines = tab.locator("#by-browser [data-list] li")
    expect(lines.filter(has=tab.locator("strong"))).to_have_count(5)
    expect(lines.last).to_have_text("good.log (6 B)")
    expect(tab.locator("#upload-said")).to_contain_text("5개는 제외됩니다")
    sound(tab, "left-out")
    tab.locator("#upload-role").select_option("component_declaration")
    expect(tab.locator("[data-objection]")).to_be_visible()
    expect(tab.locator("[data-start]")).to_be_disabled()
    assert requests == []


def test_the_command_is_copied(tab):
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reach(tab, tab.get_by_role("button", name="체크포인트를 보내는 명령"))
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("status").filter(has_text="복사했습니다")).to_be_visible()
    assert re.search(r"^portal-upload push .* --role checkpoint$", tab.evaluate("navigator.clipboard.readText()"))


def test_a_folder_that_is_dropped_is_named_below_itself(tab, tmp_path):
    (tmp_path / "runs" / "1차").mkdir(parents=True)
    (tmp_path / "runs" / "train.log").write_bytes(b"0 7.6\n")
    (tmp_path / "runs" / "1차" / "val.csv").write_bytes(b"0,7.6\n")
    zone = tab.locator("[data-drop]")
    zone.scroll_into_view_if_needed()
    place = {name: zone.bounding_box()[name] + 20 for name in ("x", "y")}
    debugger = tab.context.new_cdp_session(tab)
    data = {"items": [], "files": [str(tmp_path / "runs")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        debugger.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})

    expect(tab.locator("#by-browser [data-list] li")).to_have_text(["1차/val.csv (6 B)", "train.log (6 B)"])


@pytest.mark.parametrize("name", BEGUN)
def test_what_the_client_began_goes_on_from_the_page(tab, tmp_path, name):
    """By the button of its row, or chosen as if it were new: then the page learns the size of the parts by the refusal."""
    for path, content in files_of(name).items():
        (tmp_path / "all" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / path).write_bytes(content)
    row = tab.locator("#on-their-way li", has_text=f"{name}/학습.log")
    if name == "first":
        choose(tab, row.get_by_role("button", name="이 화면에서 이어서 보내기"), tmp_path / "all")
    else:
        choose(tab, tab.get_by_role("button", name="폴더 선택"), tmp_path / "all")
        tab.locator("[data-start]").press("Enter")

    expect(tab.locator("#upload-cards > li")).to_have_attribute("data-state", "done", timeout=30_000)
    expect(row).to_have_count(0)


def under_way(tab):
    """The page's requests that have no answer yet, from now on."""
    waiting = set()

    def answered(request):
        waiting.discard(request)

    def asked(request):
        waiting.add(request)

    tab.on("request", asked)
    tab.on("requestfinished", answered)
    tab.on("requestfailed", answered)
    return waiting


def end_session(tab, waiting):
    """Forget the cookie while nothing is asked: an answer under way would bring it back."""
    tab.route("**/*", lambda route: route.abort())
    while waiting:
        tab.wait_for_timeout(50)
    tab.context.clear_cookies(name="sessionid")
    tab.unroute("**/*")


def test_a_torn_connection_and_a_session_that_ended_lose_nothing(world, tab, tmp_path):
    _, base, pages, _ = world
    waiting = under_way(tab)
    tab.route(PARTS, lambda route: route.abort())
    card = send(tab, write_log(tmp_path / "torn.log", mib=9))
    expect(card).to_have_attribute("data-state", "server")
    end_session(tab, waiting)
    tab.unroute(PARTS)
    expect(card).to_have_attribute("data-state", "signed-out")
    expect(tab.locator("#upload-said")).to_contain_text("로그아웃되었습니다")
    sound(tab, "signed-out")

    tab.context.add_cookies([{"name": "sessionid", "value": pages["uploads-moving"]["session"], "url": base}])
    tab.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(card).to_have_attribute("data-state", "done")


def test_cancelling_is_asked_once_more_and_another_window_sees_it(tab, tmp_path):
    tab.route(PARTS, lambda route: route.abort())
    card = send(tab, write_log(tmp_path / "cancelled.log", mib=9))
    expect(card).to_have_attribute("data-state", "server")
    other = tab.context.new_page()
    other.goto(tab.url)
    row = other.locator("#on-their-way li", has_text="cancelled.log")
    expect(row).to_have_attribute("data-total", str(9 * MIB))

    reach(tab, button(card, "cancel"))
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog", name="이 업로드를 취소하시겠습니까?")).to_be_visible()
    sound(tab, "cancelling")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    expect(card).to_have_attribute("data-state", "cancelled")
    expect(button(card, "dismiss")).to_be_focused()
    expect(row).to_have_count(0, timeout=15_000)
    expect(other.locator("#on-their-way li")).not_to_have_count(0)


def test_a_file_that_changed_since_it_was_chosen_is_not_sent(tab, tmp_path):
    log = write_log(tmp_path / "changing.log", mib=9)
    tab.route(PARTS, lambda route: route.abort())
    card = send(tab, log)
    expect(card).to_have_attribute("data-state", "server")
    log.write_bytes(b"another text\n")
    tab.unroute(PARTS)

    expect(card).to_have_attribute("data-state", "changed")
