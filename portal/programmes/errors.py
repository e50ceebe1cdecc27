class ProgrammeError(ValueError):
    """An act on a programme that cannot be done: what, why, and what to do instead."""
