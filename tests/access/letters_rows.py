"""Letters, and documents under the rules of their pages: no ending but .pdf and .odt exists."""

from portal.letters.models import Letter
from tests.access.matrix import Row
from tests.access.review_rows import colleagues_sheet, minutes, notice, own_sheet, sealed_sheet


def letter(actors):
    about = f"review.notice:{notice(actors)['notice_id']}"
    return {"letter_id": Letter.objects.filter(subject_key=about).values_list("pk", flat=True)[0]}


def _as(form, find):
    return lambda actors: {**find(actors), "form": form}


def _documents(form):
    return [
        Row("ops:minutes_document", "404 404 200 200 200 200", _as(form, minutes), case=form),
        Row("ops:notice_document", "404 404 404 200 200 200", _as(form, notice), case=form),
        Row("review:notice_document", "404 200 404 404 404 404", _as(form, notice), case=form),
        Row("review:sheet_document", "404 404 403 403 403 403", _as(form, colleagues_sheet), case=f"{form}, early"),
        Row("review:sheet_document", "404 404 200 200 200 200", _as(form, sealed_sheet), case=f"{form}, sealed"),
    ]


STAFF = "302 403 403 200 403 200"

ROWS = [
    Row("ops_letters:letters", STAFF),
    Row("ops_letters:letter", STAFF, letter),
    Row("ops_letters:letter", "302 403 403 422 403 403", letter, method="post", case="without a reason"),
    Row("ops_letters:numbers", STAFF),
    *_documents("pdf"),
    *_documents("odt"),
    Row("review:sheet_document", "404 404 200 403 403 403", _as("pdf", own_sheet), case="own draft"),
    Row("review:notice_document", "404 404 404 404 404 404", _as("html", notice), case="another ending"),
]
