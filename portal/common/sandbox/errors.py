"""What can go wrong with the walls themselves; a program that fails behind them is no error here."""


class NoSandboxError(RuntimeError):
    """No walls can be put up on this machine; says why and what an operator can do."""
