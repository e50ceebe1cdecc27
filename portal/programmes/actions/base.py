"""What every write on a phase begins and ends with."""

from portal.programmes.enums import PhaseState
from portal.programmes.models import Phase


def locked_phase(phase: Phase) -> Phase:
    return Phase.objects.select_for_update(of=("self",)).select_related("programme", "ruleset").get(pk=phase.pk)


def write_state(locked: Phase, *, target: str, mirror: Phase) -> None:
    """Write the new state, and show it on the caller's copy too."""
    locked.state = PhaseState(target)
    locked.save(update_fields=["state"])
    mirror.state = locked.state
    mirror.ruleset = locked.ruleset
