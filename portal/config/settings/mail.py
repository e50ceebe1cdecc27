"""Where mail goes: to files by default, elsewhere as EMAIL_URL says.

- `smtp://user:password@mail.example.org:587`: STARTTLS where the port is 587, else add `?tls=1` or `?ssl=1`
- `smtps://user:password@mail.example.org`: TLS from the start, port 465
- `file:///srv/mail`: one file per letter
"""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BACKENDS = "django.core.mail.backends"


def mail_from(url: str, *, folder: Path) -> dict[str, object]:
    """Django's EMAIL_* settings; `folder` takes the files where no server is named. ValueError for another scheme."""
    parts = urlsplit(url or "file://")
    if parts.scheme == "file":
        return {"EMAIL_BACKEND": f"{BACKENDS}.filebased.EmailBackend", "EMAIL_FILE_PATH": Path(parts.path or folder)}
    if parts.scheme not in {"smtp", "smtps"}:
        raise ValueError(f"EMAIL_URL begins with {parts.scheme!r}; use smtp, smtps or file.")
    options = parse_qs(parts.query)
    ssl = parts.scheme == "smtps" or options.get("ssl") == ["1"]
    port = parts.port or (465 if ssl else 25)
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": ssl,
        "EMAIL_USE_TLS": not ssl and (port == 587 or options.get("tls") == ["1"]),
        "EMAIL_TIMEOUT": 10,  # seconds
    }
