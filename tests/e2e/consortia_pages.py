"""The pages of a consortium."""

from collections.abc import Iterator

from portal.accounts.actions import accept_invitation, issue_token
from portal.common.viewer import viewer_of_user
from portal.consortia.actions import accept_institution_invitation, enter_phase, invite_institution
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import institution_data, make_consortium
from tests.factories.programmes import make_phase


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
