"""Who sees the servers that teams hand in, and who starts one: officers outside the teams of the programme."""

from portal.common.access import Verdict
from portal.common.viewer import Viewer
from portal.consortia.models import Entry
from portal.consortia.policies import oversees_phase
from portal.measurements.selectors.serving import submissions_with_servers


def sees_server(viewer: Viewer, submission: int) -> Verdict:
    """Staff, once the version is handed in; it is evidence like everything else of a submission."""
    entry = Entry.objects.filter(submissions__in=submissions_with_servers().filter(pk=submission)).first()
    return oversees_phase(viewer, entry.phase_id if entry else 0)


def starts_server(viewer: Viewer, submission: int) -> bool:
    return viewer.has_role("officer") and sees_server(viewer, submission).allowed


def reads_server_file(viewer: Viewer, submission: int, number: int) -> Verdict:
    """Whoever sees the server may read what it would run."""
    return sees_server(viewer, submission)
