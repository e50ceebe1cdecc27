"""What pages of this app share."""

from typing import Any

from django.http import HttpRequest


def initial_or_posted(request: HttpRequest, form: Any, **kwargs: Any) -> Any:
    return form(request.POST, request.FILES, **kwargs) if request.method == "POST" else form(**kwargs)
