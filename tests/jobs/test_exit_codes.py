import pytest
from django.utils import translation

from portal.jobs.enums import Cause
from portal.jobs.exit_codes import in_words
from portal.jobs.models import Job
from portal.jobs.selectors import explain


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("exit code 127", "the program was not found on the worker"),
        ("exit code 139: ended by SIGSEGV", "the program used memory that is not its own"),
        ("exit code 159: ended by SIGSYS", "the sandbox forbids"),
    ],
)
def test_exit_code_is_said_in_words(error: str, said: str) -> None:
    with translation.override("en"):
        assert said in in_words(error)
        assert explain(Job(cause=Cause.EXIT, error=error)).startswith(f"The program ended with an error: {error} (")


@pytest.mark.parametrize("error", ["", "exit code 3", "exit code 127 was seen", "NaN logits"])
def test_what_is_no_known_code_stays_as_it_is(error: str) -> None:
    assert in_words(error) == error
