from enum import StrEnum

from django.db import transaction

from portal.audit.actions import record


class Action(StrEnum):
    TRIED = "test.tried"


def make_event(subject="thing:1", **fields):
    with transaction.atomic():
        return record(Action.TRIED, actor=fields.pop("actor", "system"), subject=subject, **fields)
