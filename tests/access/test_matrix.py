"""The permission matrix, and that it is complete."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access.matrix import ACTORS, rows
from tests.access.third_party import THIRD_PARTY
from tests.access.urls import addresses
from tests.factories.accounts import make_user, sign_in

pytestmark = pytest.mark.django_db


def test_every_address_has_a_row():
    ours = {address.name for address in addresses()} - set(THIRD_PARTY)

    assert ours - {row.url_name for row in rows()} == set()


def test_no_row_speaks_of_an_address_that_is_gone():
    assert {row.url_name for row in rows()} - {address.name for address in addresses()} == set()


@pytest.mark.parametrize("row", rows(), ids=str)
def test_answers(row):
    actors = {role: make_user(role) for role in ACTORS if role != "anonymous"}
    url = reverse(row.url_name, kwargs=row.kwargs(actors))

    answers = {actor: status_for(row, url, actors.get(actor)) for actor in ACTORS}

    assert answers == row.expected


def status_for(row, url, user):
    """One request whose writes are undone, so that no actor finds what another one left."""
    client = sign_in(Client(), user) if user else Client()
    with transaction.atomic():
        status = getattr(client, row.method)(url, row.data or {}).status_code
        transaction.set_rollback(True)
    return status
