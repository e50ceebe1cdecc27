"""The processes that receive parts serve the upload API alone and stay small."""

import os
import subprocess
import sys
from textwrap import dedent

from django.conf import settings

MOST = 130e6  # bytes at rest; 150 while parts of eight senders travel (benchmarks/upload_speed.py)

PROBE = """
    import sys
    import django
    django.setup()
    from django.test import Client
    from portal.artifacts.conf import store_settings
    answers = [Client().get(path, headers={"host": "localhost"}).status_code for path in ("/api/uploads/", "/", "/api/submissions/")]
    assert answers == [401, 404, 404], answers
    assert store_settings().inline_check_bytes == 0
    heavy = {"numba", "scipy", "numpy", "odfdo", "typst", "torch", "boto3"} & set(sys.modules)
    assert not heavy, heavy
    print(int(open("/proc/self/statm").read().split()[1]) * 4096)
"""


def test_the_pool_is_small_and_serves_the_upload_api_alone(tmp_path) -> None:
    pool = {"DJANGO_SETTINGS_MODULE": "portal.config.settings.uploads", "POOL_OF": "portal.config.settings.embedded"}
    done = subprocess.run(
        [sys.executable, "-c", dedent(PROBE)],
        env=os.environ | pool | {"PORTAL_VAR": str(tmp_path), "ALLOWED_HOSTS": "localhost"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST
