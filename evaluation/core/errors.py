"""What a person can put right: each error says what is wrong, where, and what to do."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a run cannot give a result; trying again would not help with any of these."""

    SPEC = "spec"
    SUITE = "suite"
    TASK_DATA = "task_data"
    CHECKPOINT = "checkpoint"
    CONFIG = "config"
    TOKENIZER = "tokenizer"
    NOT_FINITE = "not_finite"
    ENDPOINT = "endpoint"


class InputError(ValueError):
    """Bad input of an evaluation run; `where` is a file, a tensor or a path inside a document."""

    cause = Cause.CHECKPOINT

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message


class SpecError(InputError):
    cause = Cause.SPEC


class SuiteError(InputError):
    cause = Cause.SUITE


class TaskDataError(InputError):
    cause = Cause.TASK_DATA


class CheckpointError(InputError):
    cause = Cause.CHECKPOINT


class ConfigError(InputError):
    cause = Cause.CONFIG


class NotFiniteError(InputError):
    cause = Cause.NOT_FINITE


class TokenizerError(InputError):
    """The tokenizer makes less of a text than stands in it, so no figure over the text can be compared."""

    cause = Cause.TOKENIZER


class EndpointError(InputError):
    """A served model misbehaves: it hangs, answers nonsense, or contradicts what it declared."""

    cause = Cause.ENDPOINT
