"""What several checks on weights need."""

from originality.core.trace.facts import Facts
from originality.core.trace.measures import Leg

Z_BOUND = 12.0  # searching 2^64 seeds for agreeing signs reaches about 9.4
STRANGER_Z = 6.0  # below it nothing speaks for a common beginning: chance exceeds it once in 10^7
FEWEST_UNITS = 400  # of which honest signs give z of up to 20
ODD_OPTIMISERS = frozenset({"adam", "adamw", "muon", "lion", "adafactor", "sgd"})


def odd_optimiser(facts: Facts) -> bool | None:
    """Whether negating all gradients negates all steps; None where the optimiser is not known to be or not to be."""
    optimiser = facts.declaration.optimiser if facts.declaration else None
    return True if optimiser and optimiser.name in ODD_OPTIMISERS else None


def leg_name(leg: Leg) -> str:
    return f"{leg.step_before}\u2013{leg.step_after}: {leg.before} \u2192 {leg.after}"


def declared_steps(facts: Facts, *kinds: str) -> list[int]:
    """Steps at which the team says that something of these kinds happened."""
    events = facts.declaration.events if facts.declaration else ()
    return sorted(event.step for event in events if event.kind in kinds)
