"""Every page of the access matrix, for every actor of it: other words in all that is hidden from them change no byte.

A page or a case that somebody adds to `tests/access/<app>_rows.py` is probed with it.
"""

import copy
import time

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.access.matrix import ACTORS, by_world, rows
from tests.factories.accounts import cookies_of, make_user
from tests.leak_probe import hidden
from tests.leak_probe.asking import normalised

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="it lifts the triggers that forbid to change what was signed"
    ),
]
READ = [row for row in rows() if row.method == "get"]


@pytest.fixture(autouse=True)
def without_triggers(db):
    """Signed content may be changed inside of this test; the end of its transaction brings the triggers back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def test_every_text_is_classified():
    known = set(hidden.HIDDEN) | set(hidden.OPEN)

    assert hidden.texts() - known == set(), "say in tests/leak_probe/hidden.py who may read it, or why everybody may"
    assert set(hidden.OPEN) - hidden.texts() == set()


@pytest.mark.parametrize("group", by_world(READ))
def test_no_page_shows_what_is_hidden(group):
    people = {role: make_user(role) for role in ACTORS if role != "anonymous"}
    kwargs = group[0].kwargs(people)
    labels = hidden.present()
    hidden_from = {actor: hidden.hidden_from(people.get(actor), labels) for actor in ACTORS}
    readers = {actor: _reader(people.get(actor)) for actor, kept in hidden_from.items() if kept}

    with time_machine.travel(time.time(), tick=False):
        for row in group:
            url = reverse(row.url_name, kwargs=kwargs)
            leaking = [actor for actor, reader in readers.items() if _differs(url, reader, hidden_from[actor])]
            told = [
                (actor, label)
                for actor in leaking
                for label in hidden_from[actor]
                if _differs(url, readers[actor], [label])
            ]
            assert (leaking, told) == ([], []), f"{row}: {url}"


# row, somebody who may, and what they must see a change of: or the test above would prove nothing
SEEN = [
    ("review:sheet get", "reviewer", "review.ScoreSheet.opinion"),
    ("review:question get", "team", "review.Question.text"),
    ("review:reply get", "team", "review.Disqualification.grounds"),
    ("ops:disqualification get", "auditor", "review.Disqualification.grounds"),
    ("ops:minutes get the reviewer is the chair", "reviewer", "review.Minutes.text"),
    ("ops:decision get", "auditor", "review.Decision.public_rationale"),
    ("ops:appeal get", "decider", "review.Appeal.text"),
    ("ops:naming get", "officer", "review.UnsuitableNaming.reason"),
    ("ops:recusal get", "auditor", "review.RecusalRequest.reason"),
    ("ops_console:endpoint get", "officer", "console.Endpoint.base_url"),
]


@pytest.mark.parametrize(("name", "actor", "label"), SEEN)
def test_who_may_see_does(name, actor, label):
    row = next(row for row in READ if str(row) == name)
    people = {role: make_user(role) for role in ACTORS if role != "anonymous"}
    url = reverse(row.url_name, kwargs=row.kwargs(people))

    reader = _reader(people[actor])
    assert _answer(url, reader) != _answer(url, reader, lambda: hidden.change_all(label))


def _reader(user):
    """The person, or nobody, and the cookies of their way in."""
    return user, cookies_of(user)


def _differs(url, reader, labels):
    return _answer(url, reader) != _answer(url, reader, lambda: hidden.change_hidden(reader[0], labels))


def _answer(url, reader, change=lambda: None):
    """What the person reads after the change; what either writes is undone."""
    client = Client(raise_request_exception=False)
    client.cookies = copy.deepcopy(reader[1])
    with transaction.atomic():
        change()
        answer = normalised(client.get(url), [])
        transaction.set_rollback(True)
    return answer
