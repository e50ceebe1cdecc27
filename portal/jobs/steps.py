"""How a reconciler step goes through what is due: each row apart, so that one that raises keeps nobody else waiting."""

import logging
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

logger = logging.getLogger(__name__)
Row = TypeVar("Row")


def each_apart(rows: Iterable[Row], act: Callable[[Row], object], *, atomic: bool = True) -> int:
    """Act on each row in a transaction of its own, or in those that `act` begins itself; return how many it changed.

    A row on which `act` raises stays as it is, is logged, and is tried again in the next pass. When all the others are
    done the first error is raised, so that the step is reported as broken. Only a database that does not answer ends the
    pass at once: it would answer to none of the others either.
    """
    changed, errors = 0, []
    for row in list(rows):
        try:
            with transaction.atomic() if atomic else nullcontext():
                changed += bool(act(row))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("%s failed on %r; it is tried again in the next pass.", act.__name__, row)
            errors.append(error)
    if errors:
        raise errors[0]
    return changed
