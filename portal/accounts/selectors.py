from django.db.models import QuerySet

from portal.accounts.models import ApiToken, Invitation, User
from portal.accounts.tokens import digest_of_secret


def tokens_of(user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user).order_by("-created_at")


def tokens_for_account(account_key: str) -> QuerySet[ApiToken]:
    """Everybody's tokens of one account, for the page of a consortium."""
    return ApiToken.objects.filter(account_key=account_key).select_related("user").order_by("-created_at")


def invitation_by_token(token: str) -> Invitation | None:
    return Invitation.objects.filter(token_digest=digest_of_secret(token)).first()


def users_with_role(role: str) -> QuerySet[User]:
    return User.objects.filter(role_grants__role=role, is_active=True).order_by("email")
