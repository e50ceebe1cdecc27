"""Public pages, and the staff's pages of a release."""

from django.urls import path

from portal.results.views import front, information, ops, rounds

app_name = "results"

ROUND = "rounds/<slug:programme>/<slug:phase>/"
VERSION = f"{ROUND}v<int:version>/"
RELEASE = "ops/releases/<int:release>/"

urlpatterns = [
    path("", front.home, name="home"),
    path("rounds/", rounds.rounds, name="rounds"),
    path(ROUND, rounds.current, name="round"),
    path(VERSION, rounds.release, name="release"),
    path(f"{VERSION}teams/<str:code>/", rounds.team, name="team"),
    path(f"{VERSION}data/", rounds.data, name="data"),
    path(f"{VERSION}data/<str:name>", rounds.file, name="file"),
    path("verify/", information.verify, name="verify"),
    path("verify/verify_release.py", information.verifier, name="verifier"),
    path("verify/checkpoint.txt", information.checkpoint, name="checkpoint"),
    path("schedule/", information.schedule, name="schedule"),
    path("contact/", information.contact, name="contact"),
    path("sitemap/", information.sitemap, name="sitemap"),
    path("policies/privacy/", information.privacy, name="privacy"),
    path("policies/copyright/", information.licences, name="copyright"),
    path("policies/accessibility/", information.accessibility, name="accessibility"),
    path("ops/phases/<int:phase_id>/releases/", ops.releases, name="ops-releases"),
    path("ops/phases/<int:phase_id>/releases/prepare/", ops.prepare, name="ops-prepare"),
    path(RELEASE, ops.release, name="ops-release"),
    path(f"{RELEASE}preview/", ops.preview, name="ops-preview"),
    path(f"{RELEASE}auditor.json", ops.auditor_bundle, name="ops-auditor-bundle"),
    path(f"{RELEASE}approve/", ops.approve, name="ops-approve"),
    path(f"{RELEASE}commit/", ops.commit, name="ops-commit"),
    path(f"{RELEASE}publish/", ops.publish, name="ops-publish"),
    path(f"{RELEASE}confirm/", ops.confirm, name="ops-confirm"),
    path(f"{RELEASE}correct/", ops.correct, name="ops-correct"),
]
