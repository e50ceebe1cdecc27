import stat

import pytest

from portal.client.credentials import Credentials, check_url, credentials_file, find_credentials, save_credentials
from portal.client.errors import ClientError


def test_the_saved_token_is_for_its_owner_only():
    path = save_credentials(Credentials("https://portal.example.org", "pt_secret"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert find_credentials() == Credentials("https://portal.example.org", "pt_secret")


def test_an_open_file_of_before_becomes_private():
    credentials_file().parent.mkdir(parents=True)
    credentials_file().write_text("{}", encoding="utf-8")
    credentials_file().chmod(0o644)

    path = save_credentials(Credentials("https://portal.example.org", "pt_secret"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_options_go_before_the_environment_and_that_before_the_file(monkeypatch):
    save_credentials(Credentials("https://saved.example.org", "saved"))
    monkeypatch.setenv("PORTAL_TOKEN", "environment")

    assert find_credentials().token == "environment"
    assert find_credentials(token="option").token == "option"
    assert find_credentials().url == "https://saved.example.org"


def test_without_any_the_way_is_shown():
    with pytest.raises(ClientError) as caught:
        find_credentials()

    assert "portal-upload login" in caught.value.hint


def test_a_broken_file_is_named():
    save_credentials(Credentials("https://portal.example.org", "x")).write_text("{", encoding="utf-8")

    with pytest.raises(ClientError, match=r"credentials\.json"):
        find_credentials()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost/", "https://portal.example.org/"])
def test_a_token_may_travel_there(url):
    assert check_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://portal.example.org", "ftp://x", "portal.example.org", "http://127.0.0.1.example.org"]
)
def test_a_token_does_not_travel_in_the_clear(url):
    with pytest.raises(ClientError, match="https://"):
        check_url(url)
