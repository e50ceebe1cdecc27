"""Builds the pages of one app and prints them as JSON: `python -m tests.e2e.world APP`.

A process of its own, because the walk drives a real server: the ledger's triggers forbid the flush of a test database.
"""

import json
import sys

import django


def described(app: str) -> list[dict[str, object]]:
    from django.conf import settings
    from django.test import Client

    from tests.e2e.pages import pages_of
    from tests.factories.accounts import sign_in

    rows = []
    for page in pages_of(app):
        client = sign_in(Client(), page.user, recent=page.recent) if page.user else Client()
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        rows.append(
            {
                "name": page.name,
                "path": page.path,
                "status": page.status,
                "session": cookie.value if cookie else "",
                "email": page.user.email if page.user else "",
            }
        )
    return rows


def main() -> None:
    django.setup()
    json.dump(described(sys.argv[1]), sys.stdout)


if __name__ == "__main__":
    main()
