"""Versions below these have known holes (docs/security.md)."""

import re
from importlib.metadata import PackageNotFoundError, version

import pytest
from django.db import connection
from packaging.version import Version

from tests.architecture.layers import ROOT

FLOORS = {
    "django": "5.2.19",
    "djangorestframework": "3.15.2",
    "django-allauth": "65.19.4",
    "transformers": "5.10",
    "torch": "2.10",
    "jinja2": "3.1.6",
}
NEVER = ["kernels"]


def locked() -> dict[str, str]:
    text = "\n".join((ROOT / name).read_text("utf-8") for name in ("requirements.lock", "constraints.txt"))
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {name.lower().replace("_", "-"): pin for name, pin in pins}


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_installed_version_is_at_least_the_floor(package: str, floor: str):
    try:
        installed = version(package)
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed in this environment")
    assert Version(installed) >= Version(floor)


@pytest.mark.parametrize(("package", "floor"), FLOORS.items())
def test_locked_version_is_at_least_the_floor(package: str, floor: str):
    assert Version(locked()[package]) >= Version(floor)


@pytest.mark.parametrize("package", NEVER)
def test_package_that_loads_foreign_code_is_absent(package: str):
    assert package not in locked()
    with pytest.raises(PackageNotFoundError):
        version(package)


def test_postgresql_is_at_least_the_floor(request):
    if connection.vendor != "postgresql":
        pytest.skip("this run uses another database")
    request.getfixturevalue("db")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150018
