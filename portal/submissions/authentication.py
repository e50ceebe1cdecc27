"""The upload protocol for the portal's own pages: a sign-in instead of a token, for one account that the page names.

Only the upload protocol: handing in by a program stays with tokens, and by a person with the page that asks for proof.
"""

from typing import NamedTuple

from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from portal.accounts.models import User
from portal.common.api import ApiError
from portal.common.viewer import viewer_of_user
from portal.consortia.selectors import consortium_for_account, is_member

HEADER = "X-Account"  # "consortium:3"; no other site can set it, and a cookie without it opens nothing
APPS = frozenset({"artifacts"})
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})  # reading the token would eat the body


class TeamSession(NamedTuple):
    """What the API asks of a token, for a signed-in member of the account."""

    account_key: str
    actor: str
    scopes: frozenset[str] = frozenset({"upload"})


class TeamSessionAuthentication(SessionAuthentication):
    """`X-Account` beside the page's cookies; every call is checked for forgery, also the reading ones' membership."""

    def authenticate(self, request: Request) -> tuple[User, TeamSession] | None:
        account = request.headers.get(HEADER)
        match = request._request.resolver_match  # noqa: SLF001 - as the framework's own class does
        if not account or match is None or match.app_name not in APPS:
            return None
        user = request._request.user  # noqa: SLF001
        if not isinstance(user, User) or not user.is_active:
            raise ApiError(
                "signed_out",
                "The session has ended.",
                status_code=401,
                hint="Sign in again, then go on; what arrived is kept.",
            )
        self._require_member(user, account)
        self._require_own_page(request)
        return user, TeamSession(account, user.actor)

    @staticmethod
    def _require_member(user: User, account: str) -> None:
        consortium = consortium_for_account(account)
        if consortium is None or not is_member(viewer_of_user(user), consortium):
            raise ApiError(
                "not_your_account",
                "You are not a member of this consortium.",
                status_code=403,
                where=HEADER,
                hint="Ask a manager of the consortium.",
            )

    def _require_own_page(self, request: Request) -> None:
        if (request.content_type or "").partition(";")[0] in FORMS:
            raise ApiError("not_json", "The body is a form.", status_code=415, where="$", hint="Send JSON or bytes.")
        try:
            self.enforce_csrf(request)
        except PermissionDenied as error:
            raise ApiError(
                "csrf",
                "The page's token is missing or belongs to an earlier sign-in.",
                status_code=403,
                where="X-CSRFToken",
                hint="Load the page again, then go on; what arrived is kept.",
            ) from error
