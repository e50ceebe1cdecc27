"""Bearer tokens for programs. Pages use the session; of the API only the upload protocol takes it (portal.submissions.authentication)."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import ApiToken, User
from portal.accounts.tokens import digest_of_secret

LAST_USE_PRECISION = timedelta(hours=1)  # an upload sends thousands of parts: not one write each


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer pt_…` → `request.auth` is the ApiToken: `.account_key`, `.scopes`, `.actor`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = self._token(secret.strip().decode("ascii", errors="replace"))
        self._note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="portal"'

    @staticmethod
    def _token(secret: str) -> ApiToken:
        token = ApiToken.objects.select_related("user").filter(digest=digest_of_secret(secret)).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("Unknown token. Issue one on your team's page and send it as 'Bearer <token>'.")
        if token.state != "active":
            raise AuthenticationFailed(f"This token is {token.state}. Issue a new one on your team's page.")
        return token

    @staticmethod
    def _note_use(token: ApiToken) -> None:
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > LAST_USE_PRECISION:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
