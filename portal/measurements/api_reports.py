"""Reported scores over the API: list a team's own with what came of the drawn ones, and report one from its logs."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.models import ApiToken
from portal.artifacts.models import Bundle
from portal.common.access import token_scope
from portal.common.api import ApiError
from portal.common.viewer import viewer_of_user
from portal.consortia.models import Entry
from portal.consortia.selectors import consortium_for_account
from portal.measurements.actions import reporting
from portal.measurements.errors import MeasurementError
from portal.measurements.models import Report
from portal.measurements.selectors.showing import report_summary

UPLOAD = token_scope("upload")
LARGEST = 2**63 - 1
LISTED = 1000


class ReportSerializer(serializers.Serializer[dict[str, Any]]):
    """`figures` are keys such as "kmmlu/acc,none" of the results files in `log`, the digest of the bundle of the logs."""

    entry = serializers.IntegerField(min_value=1, max_value=LARGEST)
    part = serializers.CharField(max_length=40)
    item = serializers.CharField(max_length=80)
    log = serializers.RegexField(r"^[0-9a-f]{64}$")
    figures = serializers.ListField(child=serializers.CharField(max_length=300), min_length=1, max_length=200)
    factor = serializers.ChoiceField(choices=reporting.FACTORS, default=100)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


@UPLOAD
@api_view(["GET", "POST"])
def reports(request: Request) -> Response:
    """List the team's reports, every version, or report the next version of one item."""
    token = cast("ApiToken", request.auth)
    owned = Entry.objects.filter(consortium=consortium_for_account(token.account_key))
    if request.method == "GET":
        rows = Report.objects.filter(entry__in=owned).select_related("entry__phase", "log").order_by("-pk")[:LISTED]
        return Response({"reports": [report_summary(row) for row in rows.prefetch_related("figures__reproduction")]})
    form = ReportSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    data = form.validated_data
    entry = get_object_or_404(owned, pk=data["entry"])
    log = get_object_or_404(Bundle, owner=token.account_key, digest=data["log"], destroyed_at=None)
    try:
        report = reporting.report_score(entry, _said(data, log), by=viewer_of_user(token.user))
    except MeasurementError as error:
        closed = error.code != "refused"
        code = status.HTTP_409_CONFLICT if closed else status.HTTP_400_BAD_REQUEST
        hint = _("GET this address lists what was reported.")
        raise ApiError(error.code, str(error), status_code=code, where=error.field or "entry", hint=hint) from error
    return Response(report_summary(report), status=status.HTTP_201_CREATED)


def _said(data: dict[str, Any], log: Bundle) -> reporting.Reported:
    harness, figures = reporting.read_logs(log)
    found = {figure.key: figure for figure in figures}
    if unknown := sorted(set(data["figures"]) - found.keys()):
        raise MeasurementError(
            _("The logs have no figure %(names)s.") % {"names": ", ".join(unknown[:5])}, field="figures"
        )
    chosen = [found[key] for key in dict.fromkeys(data["figures"])]
    return reporting.Reported(
        data["part"], data["item"], chosen, data["factor"], log, harness=harness, note=data["note"]
    )
