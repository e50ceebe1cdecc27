"""Every page of the portal is walked once; see pagewalk.py for what is looked at."""

import json
import os
from pathlib import Path

import pytest

from tests.e2e.pages import apps, file_of
from tests.e2e.pagewalk import Visit, repeated_titles, validated, walked

pytestmark = pytest.mark.browser
LARGEST_FIRST = sorted(apps(), key=lambda app: -file_of(app).stat().st_size)


@pytest.fixture(scope="session")
def titles(tmp_path_factory) -> Path:
    """A folder that all processes of the run share: whoever ends later finds the title that two apps use."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "titles"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize("app", LARGEST_FIRST)
def test_pages_are_in_order(app, migrated_folder, titles, tmp_path):
    visits = walked(tmp_path / app, app, template=migrated_folder)

    findings = [finding for seen in visits for finding in seen.findings]
    findings += [*repeated_titles(_with_those_of_others(visits, titles, app)), *validated(visits)]
    assert findings == [], "\n".join(map(str, findings))


def _with_those_of_others(visits: list[Visit], folder: Path, app: str) -> list[Visit]:
    mine = json.dumps([(seen.label, seen.path, seen.title) for seen in visits])
    (folder / f"{app}.json.part").write_text(mine, encoding="utf-8")
    (folder / f"{app}.json.part").rename(folder / f"{app}.json")
    rows = [row for file in sorted(folder.glob("*.json")) for row in json.loads(file.read_text(encoding="utf-8"))]
    return [Visit(label, path, title, "", []) for label, path, title in rows]
