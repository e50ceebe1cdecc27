"""The reconciler step of this app: what a report found is put to the team, whoever forgot to."""

from portal.review import actions


def open_due_replies() -> int:
    return actions.open_due_replies()
