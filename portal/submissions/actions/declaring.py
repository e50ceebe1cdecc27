"""The component declaration is read when it is put into the draft, so that it is refused while it can be corrected."""

from django.utils.translation import gettext as _

from portal.artifacts.actions import open_blob
from portal.artifacts.enums import ReadPurpose
from portal.artifacts.models import Bundle
from portal.submissions.components import DeclarationError, parse_declaration
from portal.submissions.errors import SubmissionRefused

DECLARATION_LIMIT = 4 << 20  # bytes


def check_declaration(bundle: Bundle | None) -> None:
    """Raise unless the bundle is one declaration that can be read; it is small, so its bytes come first."""
    if bundle is None:
        raise SubmissionRefused(
            "incomplete_upload",
            _("A component declaration is read when it is put into the draft, so its bytes must be here."),
            where="upload",
            hint=_("Run portal-upload push again; it resumes."),
        )
    files = list(bundle.files.select_related("blob"))
    if len(files) != 1 or files[0].blob.size > DECLARATION_LIMIT:
        raise SubmissionRefused(
            "declaration",
            _("A component declaration is one JSON file of at most 4 MiB."),
            where="bundle",
            hint=_("Push the file alone."),
        )
    with open_blob(files[0].blob, reader="system", purpose=ReadPurpose.DECLARATION) as file:
        try:
            parse_declaration(file.read())
        except DeclarationError as error:
            raise SubmissionRefused(
                "declaration",
                str(error),
                where=f"{files[0].path}: {error.where}",
                hint=_("Correct the file and push it again."),
            ) from error
