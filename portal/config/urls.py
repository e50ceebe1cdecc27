"""Every address of the portal. Pages carry the language in the path (Korean bare, English under /en/); the API does not."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

PAGES = {
    "accounts/": "portal.accounts.sign_in_urls",
    "me/": "portal.accounts.urls",
    "device/": "portal.accounts.device_urls",
    "team/consortium/": "portal.consortia.urls",
    "team/custody/": "portal.custody.urls",
    "team/": "portal.submissions.urls",
    "review/console/": "portal.console.urls",
    "dossiers/": "portal.dossiers.urls",
    "measurements/": "portal.measurements.urls",
    "review/": "portal.review.urls",
    "ops/programmes/": "portal.programmes.ops_urls",
    "ops/consortia/": "portal.consortia.ops_urls",
    "ops/calls/": "portal.calls.ops_urls",
    "ops/console/": "portal.console.ops_urls",
    "ops/custody/": "portal.custody.ops_urls",
    "ops/dossiers/": "portal.dossiers.ops_urls",
    "ops/measurements/": "portal.measurements.ops_urls",
    "ops/letters/": "portal.letters.ops_urls",
    "ops/storage/": "portal.submissions.ops_urls",
    "ops/": "portal.review.ops_urls",
    "programmes/": "portal.programmes.urls",
    "calls/": "portal.calls.urls",
    "checkpoints/": "portal.custody.public_urls",
    "verifications/": "portal.dossiers.public_urls",
    "records/": "portal.consortia.record_urls",
    "originality/": "originality.urls",
    "verify/receipt/": "portal.submissions.public_urls",
    "": "portal.results.urls",
}
API = {
    "": "portal.accounts.api_urls",
    "uploads/": "portal.artifacts.urls",
    "submissions/": "portal.submissions.api_urls",
    "deposits/": "portal.custody.api_urls",
    "measurements/": "portal.measurements.api_urls",
    "originality/": "originality.api_urls",
}


urlpatterns: list[URLPattern | URLResolver] = [path(f"api/{prefix}", include(module)) for prefix, module in API.items()]
urlpatterns += i18n_patterns(
    *(path(prefix, include(module)) for prefix, module in PAGES.items()),
    prefix_default_language=False,
)

handler400 = "portal.common.errors.bad_request"
handler403 = "portal.common.errors.permission_denied"
handler404 = "portal.common.errors.page_not_found"
handler500 = "portal.common.errors.server_error"
