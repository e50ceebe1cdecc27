"""The blind console: which served models the portal may speak to."""

import os

# Origins such as "https://models.example.org:8443", separated by blanks. Nothing else is ever connected to.
CONSOLE_ENDPOINT_ORIGINS = os.environ.get("CONSOLE_ENDPOINT_ORIGINS", "").split()

# Servers on this very machine; for trying the portal out, since a team could otherwise reach the machine's own services.
CONSOLE_LOOPBACK_ENDPOINTS = False

# Questions that one process carries at once; each holds a thread while the model answers.
CONSOLE_PARALLEL = int(os.environ.get("CONSOLE_PARALLEL", "4"))
