"""What a served model can do wrong, each with a name a team can look up (docs/serving.md)."""

from enum import StrEnum

from evaluation.core.errors import EndpointError


class Fault(StrEnum):
    START = "start"  # it did not answer within its own time to start
    ENDED = "ended"  # its program ended while it was needed
    SILENT = "silent"  # no whole answer within the time of one request
    STATUS = "status"  # an answer with an error status
    REDIRECT = "redirect"  # an answer that points elsewhere: it is never followed
    NOT_HTTP = "not_http"  # bytes that are no HTTP answer, or one that breaks off
    NOT_JSON = "not_json"  # HTML, cut-off JSON, a number that is none
    TOO_LARGE = "too_large"
    SHAPE = "shape"  # JSON, but not the answer of the protocol
    LOGPROBS = "logprobs"  # log-probabilities that are missing, of the wrong number, above 0 or not finite
    TOKENS = "tokens"  # it says that it read or wrote another number of tokens than it did
    LENGTH = "length"  # it does not take the longest text it declares
    CHANGED = "changed"  # weights or files of the server are not the ones handed in
    CONTRACT = "contract"  # serving.json, or the image, is not what it says
    ENGINE = "engine"  # no container engine, or it refuses the image


# Worth another try within the bound: a server under load does this, too. Everything else is an answer.
PASSING = frozenset({Fault.SILENT, Fault.STATUS, Fault.NOT_HTTP, Fault.NOT_JSON})


class ServedError(EndpointError):
    """The served model cannot be measured; `where` is the request, the file or the key of serving.json."""

    def __init__(self, fault: Fault, where: str, message: str) -> None:
        super().__init__(where, message)
        self.fault = fault
