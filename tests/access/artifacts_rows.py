"""A browser session opens nothing here: the upload API asks for a token. What tokens may do is tested in tests/artifacts."""

import uuid

from tests.access.matrix import Row

NOBODY = "401 401 401 401 401 401"


def unknown_upload(actors):
    return {"upload": uuid.UUID(int=0)}


def unknown_part(actors):
    return {**unknown_upload(actors), "index": 0, "number": 0}


ROWS = [
    Row("artifacts:uploads", NOBODY),
    Row("artifacts:uploads", NOBODY, method="post", case="declare"),
    Row("artifacts:upload", NOBODY, unknown_upload),
    Row("artifacts:part", NOBODY, unknown_part, method="put"),
    Row("artifacts:parts", NOBODY, unknown_upload, method="post"),
    Row("artifacts:complete", NOBODY, unknown_upload, method="post"),
]
