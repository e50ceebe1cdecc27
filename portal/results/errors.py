from portal.common.refusals import Refusal


class ReleaseRefused(Refusal):
    """A step of a release that is not possible now; `str()` is fit for people."""
