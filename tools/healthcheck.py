"""Whether the web server of this container answers: exit code 0 or 1."""

import os
import sys
import urllib.error
import urllib.request

HOST = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
REQUEST = urllib.request.Request("http://127.0.0.1:8000/", headers={"Host": HOST, "X-Forwarded-Proto": "https"})

try:
    urllib.request.urlopen(REQUEST, timeout=5).close()  # noqa: S310 - the fixed address above
except urllib.error.HTTPError as error:
    sys.exit(error.code >= 500)
except OSError as error:
    sys.exit(f"no answer: {error}")
