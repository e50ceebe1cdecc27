"""Who appears in the demonstration. All of it is invented; the passwords are printed and work on loopback only."""

from typing import NamedTuple

PASSWORD = "demonstration-only-2026"  # noqa: S105 - printed on purpose, embedded mode only
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - the same, so that a reader can sign in as each role
DOMAIN = "demo.example.org"


class Person(NamedTuple):
    name: str
    roles: frozenset[str]
    title: str

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"

    @property
    def needs_code(self) -> bool:
        return bool(self.roles - {"team"})


class Institution(NamedTuple):
    name_ko: str
    name_en: str
    registration_number: str


class Team(NamedTuple):
    slug: str
    name_ko: str
    name_en: str
    lead: Institution
    member: Institution
    skill: int  # how well the scripted panel likes it, from 0 to 10

    @property
    def manager(self) -> Person:
        return Person(f"{self.slug}-lead", frozenset({"team"}), f"{self.name_ko} 책임자")

    @property
    def contributor(self) -> Person:
        return Person(f"{self.slug}-member", frozenset({"team"}), f"{self.name_ko} 담당자")


OFFICER = Person("officer", frozenset({"officer"}), "사업 담당")
DECIDER = Person("decider", frozenset({"decider"}), "의결권자")
SECOND_DECIDER = Person("decider-2", frozenset({"decider"}), "의결권자 2")
AUDITOR = Person("auditor", frozenset({"auditor"}), "감사")
EXPERTS = tuple(
    Person(f"expert-{number:02d}", frozenset({"reviewer"}), f"전문가 {number:02d}") for number in range(1, 11)
)
USERS = tuple(Person(f"user-{number:02d}", frozenset({"reviewer"}), f"사용자 {number:02d}") for number in range(1, 9))

GARAM = Team(
    "garam", "가람 컨소시엄", "Garam Consortium",
    Institution("가람언어연구소(가상)", "Garam Language Laboratory (invented)", "000-00-00101"),
    Institution("한가람대학교(가상)", "Hangaram University (invented)", "000-00-00102"),
    8,
)  # fmt: skip
NURI = Team(
    "nuri", "누리 컨소시엄", "Nuri Consortium",
    Institution("누리지능(가상)", "Nuri Intelligence (invented)", "000-00-00201"),
    Institution("온누리클라우드(가상)", "Onnuri Cloud (invented)", "000-00-00202"),
    7,
)  # fmt: skip
DASOM = Team(
    "dasom", "다솜 컨소시엄", "Dasom Consortium",
    Institution("다솜에이아이(가상)", "Dasom AI (invented)", "000-00-00301"),
    Institution("다솜의료원(가상)", "Dasom Medical Centre (invented)", "000-00-00302"),
    5,
)  # fmt: skip
TEAMS = (GARAM, NURI, DASOM)
STAFF = (OFFICER, DECIDER, SECOND_DECIDER, AUDITOR)
