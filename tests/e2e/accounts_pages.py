"""Sign-in, second factor, invitations, the own account and the error pages."""

from collections.abc import Iterator

from portal.accounts.actions import claim_device, invite, issue_token, revoke_token, start_device
from portal.consortia.enums import MemberRole
from tests.e2e.pages import Page
from tests.factories.accounts import make_user
from tests.factories.consortia import join, make_consortium


def pages() -> Iterator[Page]:
    reviewer = make_user("reviewer", name="평가위원 3")
    newcomer = make_user("reviewer", second_factor=False)
    team = make_user("team", name="가람 제출 담당")
    issue_token(user=team, account_key="consortium:1", scopes=["upload"], label="학습 서버")
    old, _secret = issue_token(user=team, account_key="consortium:1", scopes=["upload"])
    revoke_token(old, actor=team.actor)
    _invitation, token = invite(email="reviewer-invited@example.org", role="reviewer", invited_by="system")
    _expired, stale = invite(email="reviewer-late@example.org", role="reviewer", invited_by="system", days=-1)

    join(make_consortium(), user=team, role=MemberRole.MANAGER)
    device, _code = start_device(scopes=["upload"], label="portal-upload (gpu-login-01)", address="192.0.2.7")
    claim_device(device.user_code, user=team)

    yield Page("device-code", "/device/?code=BCDF-GHJK", team)
    yield Page("device-decision", f"/device/{device.pk}/", team)
    yield Page("sign-in", "/accounts/login/")
    yield Page("password-reset", "/accounts/password/reset/")
    yield Page("password-reset-sent", "/accounts/password/reset/done/")
    yield Page("password-reset-bad-link", "/accounts/password/reset/key/0-nonsense/")
    yield Page("password-reset-done", "/accounts/password/reset/key/done/")
    yield Page("account-locked", "/accounts/inactive/")
    yield Page("invitation", f"/me/invitations/{token}/")
    yield Page("invitation-expired", f"/me/invitations/{stale}/")
    yield Page("not-found", "/no-such-page/", status=404)
    yield Page("me-team", "/me/", team)
    yield Page("me-reviewer", "/me/", reviewer)
    yield Page("password-change", "/accounts/password/change/", team)
    yield Page("sign-out", "/accounts/logout/", team)
    yield Page("confirm-password", "/accounts/reauthenticate/", reviewer, recent=False)
    yield Page("confirm-code", "/accounts/2fa/reauthenticate/", reviewer, recent=False)
    yield Page("second-factor", "/accounts/2fa/", reviewer)
    yield Page("second-factor-set-up", "/accounts/2fa/totp/activate/", newcomer)
    yield Page("second-factor-off", "/accounts/2fa/totp/deactivate/", reviewer)
    yield Page("recovery-codes-make", "/accounts/2fa/recovery-codes/generate/", reviewer)
