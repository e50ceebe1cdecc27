"""Pages under /calls/: what is open, applying, and the committee that judges."""

from django.urls import path

from portal.calls.views import applying, committee, papers, public

app_name = "calls"

APPLICATION = "applications/<int:application>/"

urlpatterns = [
    path("", public.call_list, name="list"),
    path("applications/", applying.own_applications, name="applications"),
    path(APPLICATION, applying.application, name="application"),
    path(f"{APPLICATION}ask/", applying.ask, name="ask"),
    path(f"{APPLICATION}hand-in/", applying.hand_in, name="hand-in"),
    path(f"{APPLICATION}withdraw/", applying.withdraw, name="withdraw"),
    path("consents/<int:consent>/", papers.consent, name="consent"),
    path("invitations/<int:invitation>/decline/", papers.decline, name="decline"),
    path("versions/<slug:number>/", papers.version, name="version"),
    path("receipts/<slug:number>/", papers.receipt, name="receipt"),
    path("receipts/<slug:number>/receipt.json", papers.receipt_file, name="receipt-file"),
    path("notices/<int:notice>/", papers.notice, name="notice"),
    path("<int:call>/", public.call, name="call"),
    path("<int:call>/apply/", applying.apply, name="apply"),
    path("<int:call>/committee/", committee.committee, name="committee"),
]
