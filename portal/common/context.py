"""What every page needs beside its own data."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from portal.common.methods import page_path
from portal.common.navigation import menu_of, policy_links
from portal.common.templatetags.portal import home_path


def site(request: HttpRequest) -> dict[str, Any]:
    other = "ko" if get_language() == "en" else "en"
    return {
        "official_site": settings.OFFICIAL_SITE,
        "home_path": home_path(),
        "menu": SimpleLazyObject(lambda: menu_of(request)),  # asks for the roles only where a menu is drawn
        "policy_links": policy_links(),
        "session_seconds": settings.SESSION_COOKIE_AGE,
        "session_warning_seconds": min(settings.SESSION_WARNING_SECONDS, settings.SESSION_COOKIE_AGE // 2),
        "other_language": other,
        "other_language_url": translate_url(page_path(request), other),
    }
