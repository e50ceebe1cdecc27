"""Every address of the portal. Pages carry the language in the path (Korean bare, English under /en/); the API does not."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []

urlpatterns += i18n_patterns(
    path("accounts/", include("allauth.urls")),
    prefix_default_language=False,
)
