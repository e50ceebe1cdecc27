"""Servers of their own for a test: wait until one answers, whatever it answers."""

import subprocess
import time

import urllib3

START_SECONDS = 300  # machines are shared


def wait_until_up(url: str, server: "subprocess.Popen[bytes]", *, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server of {url} ended at its start"
        try:
            urllib3.request("GET", url, retries=False, timeout=30)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server of {url} did not start")
