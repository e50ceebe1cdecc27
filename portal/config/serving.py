"""gunicorn's settings (`--config python:portal.config.serving`), for the pages and for the pool that receives parts.

A part's body is read in 1 MiB steps by the thread that serves it, so threads bound how many parts travel at once and memory
does not depend on the size of a part. gunicorn 27 or newer: older ones read 8 KiB at a time.
"""

import os

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 120  # seconds without a sign of life of the worker itself; a long request is none
graceful_timeout = 30  # then parts on their way are cut off; their sender sends them again
keepalive = 75  # a client keeps its four connections between parts
limit_request_line = 4094
limit_request_fields = 60
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - a heartbeat never waits for a disk
