"""Invented consortia (가람, 누리, 다솜), their institutions, people and entries, written straight to the database."""

import itertools
from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from portal.consortia.actions import InstitutionData
from portal.consortia.enums import InstitutionRole, MemberRole
from portal.consortia.models import Consortium, ConsortiumInstitution, Entry, Institution, Membership
from portal.programmes.models import Phase
from tests.factories.accounts import make_user

NAMES = (("가람", "Garam"), ("누리", "Nuri"), ("다솜", "Dasom"))
_numbers = itertools.count(1)


def institution_data(name: str = "") -> InstitutionData:
    number = next(_numbers)
    return InstitutionData(f"{name or '시험'} 연구원 {number}", f"Test Institute {number}", f"{number:010d}")


def make_institution() -> Institution:
    return Institution.objects.create(**institution_data()._asdict())


def make_consortium(*, manager: User | None = None) -> Consortium:
    number = next(_numbers)
    name_ko, name_en = NAMES[number % len(NAMES)]
    consortium = Consortium.objects.create(
        slug=f"{name_en.lower()}-{number}", name_ko=f"{name_ko} 컨소시엄", name_en=f"{name_en} consortium"
    )
    lead = make_institution()
    ConsortiumInstitution.objects.create(
        consortium=consortium,
        institution=lead,
        role=InstitutionRole.LEAD,
        accepted_at=timezone.now(),
        starts=timezone.localdate(),
    )
    join(consortium, user=manager or make_user("team"), role=MemberRole.MANAGER)
    return consortium


def join(consortium: Consortium, *, user: User, role: str = MemberRole.CONTRIBUTOR) -> Membership:
    lead = consortium.places.get(role=InstitutionRole.LEAD).institution
    return Membership.objects.create(user=user, consortium=consortium, institution=lead, role=role)


def make_entry(phase: Phase, *, consortium: Consortium | None = None, **fields: Any) -> Entry:
    taken = Entry.objects.filter(phase=phase).count()
    defaults = {
        "consortium": consortium or make_consortium(),
        "phase": phase,
        "code": "ABCDEFGHIJ"[taken],
        "ruleset": phase.ruleset,
    }
    return Entry.objects.create(**{**defaults, **fields})
