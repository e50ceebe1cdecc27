"""The one error a person can cause: it says what is wrong, where, and what to do."""


class InputError(ValueError):
    """A folder, sketch, log or number that cannot be used; its text is shown as it is."""
