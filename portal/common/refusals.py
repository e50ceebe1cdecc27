"""What every app raises when an act cannot be done. No Django."""

CHANGED_MEANWHILE = "changed_meanwhile"  # the code when somebody else saved in between


class Refusal(Exception):
    """`str()` is fit for people: what, why, what to do instead. `field` is the input it is about, `code` is for programs."""

    code = "refused"
    field = ""
