"""The permission matrix, and that it is complete."""

import copy

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access.matrix import ACTORS, by_world, rows
from tests.access.third_party import THIRD_PARTY
from tests.access.urls import addresses
from tests.factories.accounts import cookies_of, make_user

pytestmark = pytest.mark.django_db


def test_every_address_has_a_row():
    ours = {address.name for address in addresses()} - set(THIRD_PARTY)

    assert ours - {row.url_name for row in rows()} == set()


def test_no_row_speaks_of_an_address_that_is_gone():
    assert {row.url_name for row in rows()} - {address.name for address in addresses()} == set()


@pytest.mark.parametrize("group", by_world(rows()))
def test_answers(group):
    actors = {role: make_user(role) for role in ACTORS if role != "anonymous"}
    kwargs = group[0].kwargs(actors)
    cookies = {actor: cookies_of(actors.get(actor)) for actor in ACTORS}

    for row in group:
        url = reverse(row.url_name, kwargs=kwargs)
        answers = {actor: status_for(row, url, cookies[actor]) for actor in ACTORS}
        assert (str(row), answers) == (str(row), row.expected)


def status_for(row, url, cookies):
    """One request whose writes are undone, so that no actor finds what another one left."""
    client = Client()
    client.cookies = copy.deepcopy(cookies)
    with transaction.atomic():
        status = getattr(client, row.method)(url, row.data or {}).status_code
        transaction.set_rollback(True)
    return status
