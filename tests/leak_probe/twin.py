"""Builds the same world twice, so that two databases differ in nothing but what the test makes differ.

Clock, random bytes, ids and the numbers that factories count with are the same both times; the database goes back in between.
SQLite alone gives a row the same id again after a rollback, so these tests run on SQLite.
"""

import importlib
import itertools
import os
import pkgutil
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.utils import translation

import tests.factories
from portal.common.time import KST

Seen = TypeVar("Seen")
MOMENT = datetime(2026, 8, 3, 10, 0, tzinfo=KST)


def in_both_worlds(look: Callable[[bool], Seen], *, monkeypatch: pytest.MonkeyPatch) -> tuple[Seen, Seen]:
    """What `look` sees in the one and in the other world; it builds the world first, differing where its argument says."""
    seen = []
    for differs in (False, True):
        with _same_start(monkeypatch), transaction.atomic():
            seen.append(look(differs))
            transaction.set_rollback(True)
    return seen[0], seen[1]


@contextmanager
def _same_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cache.clear()
    translation.activate("ko")
    dice = random.Random(7)
    with monkeypatch.context() as patch, time_machine.travel(MOMENT, tick=False):
        patch.setattr(os, "urandom", dice.randbytes)
        patch.setattr(random, "_urandom", dice.randbytes)
        for module in pkgutil.iter_modules(tests.factories.__path__, "tests.factories."):
            counting = importlib.import_module(module.name)
            if hasattr(counting, "_numbers"):
                patch.setattr(counting, "_numbers", itertools.count(1))
        yield
