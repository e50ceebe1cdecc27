"""Chat templates: programs that come with a checkpoint, so they never run in the harness's own process."""

import hashlib
from typing import Any

from evaluation.core.errors import ConfigError


def template_digest(tokenizer: Any) -> str | None:
    """The SHA-256 of the template as the tokenizer holds it; None where there is none."""
    template = getattr(tokenizer, "chat_template", None)
    return hashlib.sha256(str(template).encode()).hexdigest() if template else None


def isolate_template(tokenizer: Any) -> Any:
    """Let the tokenizer render its template in a child with limits from now on; returns what must live as long as it is asked."""
    from evaluation.core.chattemplate import isolate

    if not getattr(tokenizer, "chat_template", None):
        raise ConfigError(
            "chat_template", "is missing, and the suite asks for it; hand in the tokenizer with its chat_template.jinja"
        )
    return isolate(tokenizer)
