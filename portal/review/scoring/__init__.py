"""The tally: a pure function from a rule set, signed sheets and measurements to points, totals and ranks.

No Django, no database, no clock: the same input gives the same bytes anywhere. Numbers come in as exact decimals
and leave as decimals; in between they are rationals of the standard library, because a mean of three sheets has no
finite decimal and a tie must be seen as one.

>>> from portal.review.scoring import TallyError, tally
>>> tally({"schema": "tally-input/1"})
Traceback (most recent call last):
...
portal.review.scoring.inputs.TallyError: ruleset: is missing.
"""

from portal.review.scoring.inputs import TallyError, normalise
from portal.review.scoring.outcome import Tally, tally

__all__ = ["Tally", "TallyError", "normalise", "tally"]
