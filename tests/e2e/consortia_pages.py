"""The pages of a consortium."""

from collections.abc import Iterator
from datetime import timedelta

from portal.accounts.actions import accept_invitation, issue_token
from portal.accounts.models import User
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import (
    accept_institution_invitation,
    adopt_amendment,
    answer_amendment,
    correct_grant,
    enter_phase,
    freeze_proposals,
    invite_institution,
    move_proposals,
    open_proposals,
    propose_amendment,
    propose_benchmark,
)
from portal.consortia.models import ProposalRound
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import institution_data, make_consortium, make_entry
from tests.factories.programmes import make_phase, make_programme, make_ruleset
from tests.factories.rules import (
    acting,
    grant_facts,
    make_amendment,
    make_grant,
    make_outage,
    make_question,
    make_ruling,
    manager_of,
    own_target_document,
    propose_target,
    source,
    speaker_of,
)


def pages() -> Iterator[Page]:
    manager, member = make_user("team", name="가람 총괄"), make_user("team", name="나루 담당")
    newcomer = make_user("team", name="다솜 담당")
    consortium = make_consortium(manager=manager)
    acting = viewer_of_user(manager)
    joined, token = invite_institution(
        consortium, institution=institution_data("나루"), email=member.email, actor=acting
    )
    accept_invitation(token, user=member)
    accept_institution_invitation(joined, actor=viewer_of_user(member))
    waiting, token = invite_institution(
        consortium, institution=institution_data("다온"), email=newcomer.email, actor=acting
    )
    accept_invitation(token, user=newcomer)
    enter_phase(consortium, phase=make_phase("receiving"), actor=acting)
    other = make_phase("rules_frozen")
    issue_token(user=manager, account_key=consortium.account_key, scopes=["upload"], label="학습 서버")
    home = f"/team/consortium/{consortium.slug}/"

    yield Page("consortia", "/team/consortium/", manager)
    yield Page("consortia-none", "/team/consortium/", make_user("team"))
    yield Page("consortia-invited", "/team/consortium/", newcomer)
    yield Page("consortium-register", "/team/consortium/register/", manager)
    yield Page("consortium", home, manager)
    yield Page("consortium-as-member", home, member)
    yield Page("consortium-invite", f"{home}institutions/invite/", manager)
    yield Page("consortium-accept", f"/team/consortium/invitations/{waiting.pk}/", newcomer)
    yield Page("consortium-end-place", f"{home}institutions/{joined.pk}/end/", manager)
    yield Page("consortium-enter", f"{home}enter/{other.slug}/", manager)
    yield Page("consortium-token", f"{home}tokens/new/", manager)
    yield from rules_pages()
    yield from support_pages()


def rules_pages() -> Iterator[Page]:
    """One phase with an adopted and an open amendment, proposals open; another one with its result frozen and ruled."""
    officer, decider = make_user("officer"), make_user("decider")
    programme = make_programme(slug="nuri-programme", name_ko="누리 사업", name_en="Nuri programme")
    phase = make_phase(
        "receiving", programme=programme, ruleset=make_ruleset(programme, document=own_target_document())
    )
    entry, other = make_entry(phase), make_entry(phase)
    team = manager_of(entry)
    adopted = make_amendment(phase, actor=viewer_of_user(officer))
    answer_amendment(adopted, entry=entry, answer="consent", text="", actor=speaker_of(entry))
    answer_amendment(adopted, entry=other, answer="objection", text="정족수가 높다.", actor=speaker_of(other))
    adopt_amendment(adopted, actor=viewer_of_user(decider), reason="이의를 검토했으나 정족수를 올릴 필요가 있다.")
    phase.refresh_from_db()
    document = own_target_document()
    document["parts"][3]["minimum_sheets"] = 6
    after = make_ruleset(programme, document=document, frozen=False)
    due = phase.closes_at - timedelta(days=2)
    waiting = propose_amendment(
        phase, after=after, reply_due=due, reason="평가표 수를 줄인다.", actor=viewer_of_user(officer)
    )
    open_proposals(phase, actor=viewer_of_user(officer))
    propose_benchmark(entry, source=source(), actor=speaker_of(entry))
    propose_target(entry)
    question = make_question(other, "외부 토크나이저의 어휘를 절반만 써도 됩니까?")
    make_ruling(make_question(entry))
    home, ops = f"/team/consortium/entries/{entry.pk}/", f"/ops/consortia/phases/{phase.pk}/"

    yield Page("rules-matters", home, team)
    yield Page("rules-matters-empty", f"/team/consortium/entries/{make_entry(make_phase('receiving')).pk}/", officer)
    yield Page("rules-amendment", f"{home}amendments/{waiting.pk}/", team)
    yield Page("rules-propose-benchmark", f"{home}benchmarks/new/", team)
    yield Page("rules-propose-target", f"{home}targets/new/", team)
    yield Page("rules-ask", f"{home}questions/new/", team)
    yield Page("records-amendments", f"/records/phases/{phase.slug}/amendments/")
    yield Page("records-proposals", f"/records/phases/{phase.slug}/proposals/")
    yield Page("records-rulings", f"/records/phases/{phase.slug}/rulings/")
    yield Page("ops-amendments", f"{ops}amendments/", officer)
    yield Page("ops-amendment", f"/ops/consortia/amendments/{waiting.pk}/", decider)
    yield Page("ops-proposals", f"{ops}proposals/", officer)
    yield Page("ops-rulings", f"{ops}rulings/", officer)
    yield Page("ops-ruling", f"/ops/consortia/questions/{question.pk}/", officer)
    yield Page("ops-deadlines", f"{ops}deadlines/", officer)
    yield Page("ops-deadline", f"/ops/consortia/entries/{entry.pk}/deadline/", officer)
    yield from frozen_pages(officer)


def frozen_pages(officer: User) -> Iterator[Page]:
    programme = make_programme(slug="dasom-programme", name_ko="다솜 사업", name_en="Dasom programme")
    phase = make_phase(
        "receiving", programme=programme, ruleset=make_ruleset(programme, document=own_target_document())
    )
    for _ in range(3):
        entry = make_entry(phase)
        found = ProposalRound.objects.filter(phase=phase).first() or open_proposals(
            phase, actor=viewer_of_user(officer)
        )
        propose_benchmark(entry, source=source(), actor=speaker_of(entry))
        propose_target(entry)
    move_proposals(found, "close", actor=viewer_of_user(officer))
    freeze_proposals(found, actor=acting("decider"))
    yield Page("records-proposals-frozen", f"/records/phases/{phase.slug}/proposals/")
    yield Page("ops-proposals-frozen", f"/ops/consortia/phases/{phase.pk}/proposals/", officer)


def support_pages() -> Iterator[Page]:
    officer = make_user("officer")
    programme = make_programme(slug="raon-programme", name_ko="라온 사업", name_en="Raon programme")
    grants = [make_grant(programme, make_consortium(), actor=viewer_of_user(officer)) for _ in range(3)]
    outage = make_outage(grants[0], actor=viewer_of_user(officer))
    correct_grant(
        grants[1], facts=grant_facts(cards=16), reason="대수가 틀렸다.", actor=viewer_of_user(officer), seen=1
    )
    correct_grant(grants[2], facts=None, reason="다른 사업의 것이다.", actor=viewer_of_user(officer), seen=1)
    holder = grants[0].consortium
    ledger = f"/ops/consortia/support/{programme.slug}/"

    yield Page("support-own", f"/team/consortium/{holder.slug}/support/", holder.memberships.get().user)
    yield Page("records-support", f"/records/programmes/{programme.slug}/support/")
    yield Page("ops-support", ledger, officer)
    yield Page("ops-support-new", f"{ledger}new/", officer)
    yield Page("ops-grant", f"/ops/consortia/grants/{grants[0].pk}/", officer)
    yield Page("ops-grant-corrected", f"/ops/consortia/grants/{grants[1].pk}/", officer)
    yield Page("ops-grant-correct", f"/ops/consortia/grants/{grants[0].pk}/correct/", officer)
    yield Page("ops-outage-new", f"/ops/consortia/grants/{grants[0].pk}/outages/new/", officer)
    yield Page("ops-outage-correct", f"/ops/consortia/outages/{outage.pk}/correct/", officer)
