class ReleaseRefused(Exception):
    """A step of a release that is not possible now; `str()` is fit for people."""
