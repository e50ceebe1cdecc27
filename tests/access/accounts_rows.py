from portal.accounts.actions import claim_device, invite, issue_token, start_device
from tests.access.matrix import Row


def token_of_team(actors):
    token, _secret = issue_token(user=actors["team"], account_key="consortium:1", scopes=["upload"])
    return {"token_id": token.pk}


def device_of_team(actors):
    grant, _secret = start_device(scopes=["upload"])
    return {"grant": claim_device(grant.user_code, user=actors["team"]).pk}


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
    Row("device:code", "302 200 200 200 200 200"),
    Row("device:decision", "302 200 404 404 404 404", device_of_team),
    Row("accounts-api:device-start", "200 200 200 200 200 200", method="post"),
    Row("accounts-api:device-token", "400 400 400 400 400 400", method="post"),
    Row("accounts-api:own-token", "401 401 401 401 401 401"),
    Row("accounts:invitation", "200 200 200 200 200 200", open_invitation),
    Row("accounts:invitation", "404 404 404 404 404 404", unknown_invitation, case="guessed"),
]
