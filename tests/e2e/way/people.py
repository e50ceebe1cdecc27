"""The world before the first click: a programme is loaded, and people have accounts. `python -m tests.e2e.way.people`.

Prints nothing; everything else of the way is done in the browser, or by `others` for those who do not sit at one.
"""

import sys
from pathlib import Path

import django

PROGRAMME = Path(__file__).parents[3] / "programmes" / "demonstration.yaml"
OFFICER, DECIDER = "officer-01@example.org", "decider-01@example.org"
GARAM, NURI, MEMBER = "garam-01@example.org", "nuri-01@example.org", "garam-02@example.org"
REVIEWERS = ("reviewer-01@example.org", "reviewer-02@example.org", "reviewer-03@example.org")
ACCOUNTS = {
    OFFICER: ("officer", "사업 담당 1"),
    DECIDER: ("decider", "결정권자 1"),
    GARAM: ("team", "가람 담당 1"),
    NURI: ("team", "누리 담당 1"),
    **{email: ("reviewer", f"평가위원 {number}") for number, email in enumerate(REVIEWERS, start=1)},
}


def main() -> None:
    from portal.programmes.actions import load_programme
    from tests.factories.accounts import make_user

    load_programme(PROGRAMME)
    for email, (role, name) in ACCOUNTS.items():
        make_user(role, email=email, name=name)


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
