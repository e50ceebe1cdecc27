"""Who takes part in the year. Consortia are invented; people go by their part. `make` gives them their accounts."""

from typing import NamedTuple

OFFICER, DECIDER = "officer-01@example.org", "decider-01@example.org"
SECOND_OFFICER = "officer-02@example.org"


class Team(NamedTuple):
    slug: str
    ko: str
    en: str

    @property
    def email(self) -> str:
        return f"{self.slug}-01@example.org"

    @property
    def consortium(self) -> str:
        return f"{self.en} consortium"


GARAM = Team("garam", "가람", "Garam")
NURI = Team("nuri", "누리", "Nuri")
DASOM = Team("dasom", "다솜", "Dasom")
RAON = Team("raon", "라온", "Raon")
MARU = Team("maru", "마루", "Maru")
SAEBYEOK = Team("saebyeok", "새벽", "Saebyeok")
FIRST_FIVE = (GARAM, NURI, DASOM, RAON, MARU)
TEAMS = (*FIRST_FIVE, SAEBYEOK)

EXPERTS = tuple(f"expert-{number:02d}@example.org" for number in range(1, 6))
USERS = tuple(f"user-{number:02d}@example.org" for number in range(1, 5))
CITIZENS = tuple(f"citizen-{number:02d}@example.org" for number in range(1, 5))
COMMITTEE = tuple(f"committee-{number:02d}@example.org" for number in range(1, 4))
APPEALS = tuple(f"appeals-{number:02d}@example.org" for number in range(1, 4))

REVIEWERS = {
    "전문가": EXPERTS,
    "전문 사용자": USERS,
    "국민 평가자": CITIZENS,
    "심의위원": COMMITTEE,
    "이의심의위원": APPEALS,
}


def name_of(email: str) -> str:
    """The name that pages show for a reviewer."""
    return next(f"{word} {emails.index(email) + 1}" for word, emails in REVIEWERS.items() if email in emails)


def make() -> None:
    from tests.factories.accounts import make_user

    staff = {OFFICER: "사업 담당 1", SECOND_OFFICER: "사업 담당 2"}
    for email, name in staff.items():
        make_user("officer", email=email, name=name)
    make_user("decider", email=DECIDER, name="결정권자 1")
    for team in TEAMS:
        make_user("team", email=team.email, name=f"{team.ko} 담당 1")
    for emails in REVIEWERS.values():
        for email in emails:
            make_user("reviewer", email=email, name=name_of(email))
