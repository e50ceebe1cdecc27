from portal.common.refusals import Refusal


class ConsortiumError(Refusal):
    """An act on a consortium or entry that cannot be done: what, why, and what to do instead."""
