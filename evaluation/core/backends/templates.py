"""Chat templates: programs that come with a checkpoint, so they never run in the harness's own process."""

import hashlib
from typing import Any


def template_digest(tokenizer: Any) -> str | None:
    """The SHA-256 of the template as the tokenizer holds it; None where there is none."""
    template = getattr(tokenizer, "chat_template", None)
    return hashlib.sha256(str(template).encode()).hexdigest() if template else None
