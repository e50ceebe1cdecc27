"""A release approved by two, its digest first, then the pages; and what the public finds and recomputes."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.way.deciding import ADVANCES, OUT, VACANT
from tests.e2e.way.opening import open_work
from tests.e2e.way.walker import Walker


def prepare(officer: Walker) -> str:
    """Returns the root digest that two people approve."""
    open_work(officer, "Releases")
    officer.press("Prepare the release")
    officer.told("The release is prepared")
    officer.press("Approve this digest")
    officer.told("Your approval is recorded")
    officer.see("The second approval is another person")
    officer.see("Not possible yet: two approvals come first")
    officer.shot("30-release")
    officer.korean("30-release")
    return (
        officer.main.locator("dt", has_text="Root digest").locator("xpath=following-sibling::dd[1]/code").inner_text()
    )


def approve(decider: Walker, root: str) -> None:
    open_work(decider, "Releases")
    decider.follow("v1")
    expect(decider.main.get_by_text(root).first).to_be_visible()
    decider.press("Approve this digest")
    decider.told("Your approval is recorded")


def publish(officer: Walker) -> None:
    officer.tab.reload()
    officer.press("Make the digest public")
    officer.told("The digest is public")
    officer.press("Publish as provisional")
    officer.see("Confirm the result")


def read(public: Walker, root: str, *, words: dict[str, str]) -> None:
    """From the front page to the result, its grounds and its digest."""
    public.go("/")
    public.shot(f"31-home-{public.name}")
    public.follow(words["see"])
    expect(public.main.get_by_text(root)).to_be_visible()
    for text in (words["garam"], words["nuri"], ADVANCES, OUT):
        public.see(text)
    expect(public.main.get_by_text(VACANT)).to_have_count(2)  # the decision, and the call that it opened
    public.shot(f"32-result-{public.name}", key=True)
    public.follow(words["garam"])
    public.shot(f"33-team-{public.name}")


def recompute(public: Walker, root: str, folder: Path) -> None:
    """The files of the release and the verifier, in a folder of their own, without the portal."""
    public.tab.go_back()
    public.follow("Files and digests")
    public.shot("34-files")
    folder.mkdir()
    for link in public.main.get_by_role("row").get_by_role("link").all():
        answer = public.context.request.get(public.base + link.get_attribute("href"))
        (folder / link.inner_text()).write_bytes(answer.body())
    public.follow("What the verifier checks")
    verifier = public.main.get_by_role("link", name=re.compile("verify_release|verifier")).first
    answer = public.context.request.get(public.base + verifier.get_attribute("href"))
    (folder / "verify_release.py").write_bytes(answer.body())
    command = [sys.executable, "-I", "verify_release.py", ".", "--root", root]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
