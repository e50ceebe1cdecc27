"""Views that others wrote: they carry no rule of ours, so the table says who may open them and why that holds."""

SIGNED_IN = "asks for a sign-in itself"
PUBLIC = "needs none: it is the way in"

THIRD_PARTY = {
    "account_login": PUBLIC,
    "account_logout": "answers a POST only; without a session it does nothing",
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": "needs the key that was mailed",
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": "needs a sign-in that waits for its second factor",
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
}
