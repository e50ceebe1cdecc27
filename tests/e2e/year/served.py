"""The portal in a process whose clock the test sets: `python -m tests.e2e.year.served PORT`."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

from tests.e2e.year.clock import followed

if __name__ == "__main__":
    clock = followed()

    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from portal.config.wsgi import application

    def at_the_hour(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        clock.catch_up()
        return application(environ, start_response)

    server = ThreadedWSGIServer(("127.0.0.1", int(sys.argv[1])), WSGIRequestHandler)
    server.set_app(at_the_hour)
    server.serve_forever()
