"""A declaration is read when it is put into the draft, so that it is refused while it can be corrected."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from evaluation.core.endpoint.contract import LARGEST, check_files, read_serving
from evaluation.core.endpoint.contract import NAME as SERVING_NAME
from evaluation.core.endpoint.faults import ServedError
from originality.core.trace.declaration import MOST_BYTES, parse_declaration_of_training
from originality.core.trace.reading import DocumentError
from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Bundle
from portal.submissions.components import DeclarationError, parse_declaration
from portal.submissions.enums import Role
from portal.submissions.errors import SubmissionRefused

DECLARATION_LIMIT = 4 << 20  # bytes


class Kind(NamedTuple):
    """How a declaration is read: at most so many bytes, by which function."""

    limit: int
    read: Callable[[bytes], Any]


DECLARATIONS = {
    Role.COMPONENT_DECLARATION: Kind(DECLARATION_LIMIT, parse_declaration),
    Role.TRAINING_DECLARATION: Kind(MOST_BYTES, parse_declaration_of_training),
}


def check_declaration(bundle: Bundle | None, *, role: Role) -> None:
    """Raise unless the bundle is one declaration that can be read; it is small, so its bytes come first."""
    kind = DECLARATIONS[role]
    if bundle is None:
        raise SubmissionRefused(
            "incomplete_upload",
            _("A declaration is read when it is put into the draft, so its bytes must be here."),
            where="upload",
            hint=_("Run portal-upload push again; it resumes."),
        )
    files = list(bundle.files.select_related("blob"))
    if len(files) != 1 or files[0].blob.size > kind.limit:
        size = filesizeformat(kind.limit)
        raise SubmissionRefused(
            "declaration",
            _("%(declaration)s: one JSON file of at most %(size)s.") % {"declaration": role.label, "size": size},
            where="bundle",
            hint=_("Push the file alone."),
        )
    with open_blob(files[0].blob, reader="system", purpose=ReadPurpose.DECLARATION) as file:
        try:
            kind.read(file.read())
        except (DeclarationError, DocumentError) as error:
            raise SubmissionRefused(
                "declaration",
                str(error),
                where=f"{files[0].path}: {error.where}",
                hint=_("Correct the file and push it again."),
            ) from error


def check_serving(bundle: Bundle | None, *, files: Sequence[Mapping[str, Any]]) -> None:
    """Raise unless the bundle keeps the contract of a served model, as far as its files are here; an image is large and may follow."""
    paths = [str(row["path"]) for row in files]
    if SERVING_NAME not in paths:
        raise _no_contract(
            SERVING_NAME, _("A server is handed in with a file serving.json that says how it is started.")
        )
    for row in files:
        if "blobs/sha256/" in row["path"] and row["path"].rpartition("/")[2] != row["sha256"]:
            raise _no_contract(row["path"], _("This part of the image does not have the digest that names it."))
    if bundle is None:
        return
    blob = bundle.files.select_related("blob").get(path=SERVING_NAME).blob
    try:
        with open_blob(blob, reader="system", purpose=ReadPurpose.DECLARATION) as file:
            check_files(read_serving(file.read(LARGEST + 1)), paths)
    except ServedError as error:
        raise _no_contract(error.where, error.message) from error


def _no_contract(where: str, message: str) -> SubmissionRefused:
    return SubmissionRefused(
        "serving", message, where=where, hint=_("Correct the file and push it again."), field="role"
    )
