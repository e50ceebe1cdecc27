class ConsortiumError(ValueError):
    """An act on a consortium or entry that cannot be done: what, why, and what to do instead."""
