"""Programme files: what ships loads, loading twice changes nothing, and a mistake is named."""

from datetime import UTC, date, datetime

import pytest
import yaml
from django.core.management import CommandError, call_command

from portal.audit.models import Event
from portal.programmes.actions import load_programme
from portal.programmes.models import Phase, RuleSetVersion
from portal.programmes.programme_file import read_programme
from portal.programmes.ruleset import RuleSetError
from tests.factories.programmes import PROGRAMMES, rules_document

TODAY = date(2026, 11, 22)
SHIPPED = ["demonstration.yaml", "dokja-2026.yaml"]


@pytest.fixture
def written(tmp_path):
    """Writes a programme file with one phase, changed as asked, beside its rule set."""

    def write(**changes):
        (tmp_path / "rules.yaml").write_text(
            yaml.safe_dump(changes.pop("document", rules_document())), encoding="utf-8"
        )
        phase = {"number": 1, "slug": "p-1", "name": {"ko": "1차", "en": "First"}, "rules": "rules.yaml"}
        root = {"schema": "programme/1", "slug": "p", "name": {"ko": "사업", "en": "Programme"}}
        root |= changes.pop("root", {})
        path = tmp_path / "programme.yaml"
        path.write_text(yaml.safe_dump({"phases": [{**phase, **changes}], **root}), encoding="utf-8")
        return path

    return write


def test_relative_dates_count_from_the_day_of_loading_in_korean_time():
    first, second = read_programme(PROGRAMMES / "demonstration.yaml", today=TODAY).phases
    assert first.closes_at == datetime(2026, 12, 22, 7, 0, tzinfo=UTC)
    assert second.opens_at == datetime(2027, 1, 21, 0, 0, tzinfo=UTC)


def test_absolute_dates_are_korean_time(written):
    plan = read_programme(written(closes_at="2026-02-12 16:00"), today=TODAY)
    assert plan.phases[0].closes_at == datetime(2026, 2, 12, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"closes_at": "tomorrow"}, r"phases\[0\]\.closes_at: 'tomorrow' is no moment"),
        ({"closes_at": "2026-02-30 16:00"}, r"phases\[0\]\.closes_at: '2026-02-30 16:00'"),
        ({"opens_at": "+2d 09:00", "closes_at": "+1d 09:00"}, r"phases\[0\]\.closes_at: lies before opens_at"),
        ({"slug": "P 1"}, r"phases\[0\]\.slug: 'P 1' is not a short name"),
        ({"rules": "../rules.yaml"}, r"phases\[0\]\.rules: .* must be the name of a file in the same folder"),
        ({"rules": "none.yaml"}, r"none\.yaml: there is no such file"),
        ({"seats": "two"}, r"phases\[0\]\.seats: expected a whole number"),
        ({"rehearsal": "yes"}, r"phases\[0\]\.rehearsal: expected true or false"),
        ({"colour": "red"}, r"phases\[0\]\.colour: unknown key"),
        ({"root": {"phases": []}}, r"phases: expected a list"),
        ({"document": {**rules_document(), "points": 99}}, r"rules\.yaml: points: is 99, but its parts add up to 100"),
    ],
)
def test_a_mistake_is_named_with_its_place(written, changes, message):
    with pytest.raises(RuleSetError, match=message):
        read_programme(written(**changes), today=TODAY)


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "programme.yaml"
    path.write_text("{[", encoding="utf-8")
    with pytest.raises(RuleSetError, match=r"programme\.yaml \(line 1\): is not YAML"):
        read_programme(path, today=TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SHIPPED)
def test_loading_twice_is_loading_once(name, capsys):
    for _ in range(2):
        call_command("load_programme", str(PROGRAMMES / name))
    first = Phase.objects.first()
    assert Phase.objects.count() == 2
    assert f"{first.slug}: drafted, rules v1 {first.ruleset.digest}" in capsys.readouterr().out
    assert Event.objects.filter(action="programme.loaded").count() == 1


@pytest.mark.django_db
def test_a_rehearsal_and_an_embargo_are_loaded(written):
    load_programme(written(rehearsal=True, embargo_until="2026-02-20 09:00"))
    phase = Phase.objects.get()
    assert (phase.is_rehearsal, phase.embargo_until) == (True, datetime(2026, 2, 20, 0, 0, tzinfo=UTC))


@pytest.mark.django_db
def test_changed_rules_reach_drafted_phases_only(written):
    load_programme(written())
    Phase.objects.update(state="rules_frozen")
    changed = {**rules_document(), "tie_break": []}
    load_programme(written(document=changed))
    assert RuleSetVersion.objects.count() == 1
    Phase.objects.update(state="drafted")
    load_programme(written(document=changed))
    assert Phase.objects.get().ruleset.version == 2


@pytest.mark.django_db
def test_the_command_says_what_is_wrong(written):
    with pytest.raises(CommandError, match=r"phases\[0\]\.slug"):
        call_command("load_programme", str(written(slug="P 1")))
