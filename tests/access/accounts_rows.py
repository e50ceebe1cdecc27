from portal.accounts.actions import invite, issue_token
from tests.access.matrix import Row


def token_of_team(actors):
    token, _secret = issue_token(user=actors["team"], account_key="consortium:1", scopes=["upload"])
    return {"token_id": token.pk}


def open_invitation(actors):
    _invitation, token = invite(email="new@example.org", role="team", invited_by="system")
    return {"token": token}


def unknown_invitation(actors):
    return {"token": "pt_guessed"}


ROWS = [
    Row("accounts:me", "302 200 200 200 200 200"),
    Row("accounts:extend", "302 204 204 204 204 204", method="post"),
    Row("accounts:extend", "302 405 405 405 405 405", case="by link"),
    Row("accounts:token-revoke", "302 302 404 404 404 404", token_of_team, method="post"),
    Row("accounts:token-revoke", "302 405 404 404 404 404", token_of_team, case="by link"),
    Row("accounts:invitation", "200 200 200 200 200 200", open_invitation),
    Row("accounts:invitation", "404 404 404 404 404 404", unknown_invitation, case="guessed"),
]
