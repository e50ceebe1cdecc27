from portal.accounts.views.devices import decide_device, enter_code
from portal.accounts.views.people import extend, invitation, me, revoke

__all__ = ["decide_device", "enter_code", "extend", "invitation", "me", "revoke"]
