"""One body for every error of the API: `{"error": code, "detail": text, "where": place, "hint": what to do}`."""

from typing import Any

from rest_framework import status, views  # as a module: it imports our authentication, which imports this
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response


class ApiError(APIException):
    """A refusal of the API; `extra` adds fields to the body."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status_code: int = status.HTTP_400_BAD_REQUEST,
        where: str = "",
        hint: str = "",
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status_code
        self.body = {"error": code, "detail": detail, "where": where or None, "hint": hint or None, **(extra or {})}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Give the errors of the framework the shape of ours; what it does not know stays an unexpected error."""
    response = views.exception_handler(error, context)
    if response is not None:
        response.data = error.body if isinstance(error, ApiError) else _body(error, response)
    return response


def _body(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, ValidationError):
        where, detail = _first(error.detail)
        return {"error": str(detail.code), "detail": str(detail), "where": where, "hint": None}
    detail = response.data["detail"]
    return {"error": getattr(detail, "code", "error"), "detail": str(detail), "where": None, "hint": None}


def _first(detail: Any, where: str = "$") -> tuple[str, ErrorDetail]:
    """The first message of a serializer's nested errors, with its place."""
    if isinstance(detail, dict):
        key, value = next(iter(detail.items()))
        return _first(value, where if key == "non_field_errors" else f"{where}.{key}")
    if isinstance(detail, list):
        place, value = next((n, item) for n, item in enumerate(detail) if item)
        return _first(value, where if isinstance(value, ErrorDetail) else f"{where}[{place}]")
    return where, detail
