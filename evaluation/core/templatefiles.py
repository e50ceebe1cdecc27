"""Chat templates as they lie in a checkpoint, tried before any model library is loaded.

A template that loops or grows without bound would otherwise be met hours later, in the middle of a run.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.core.chattemplate import ChatTemplateError, RefusedByTemplate, Renderer
from portal.common.formats import config_policy

LONGEST_TEMPLATE = 1 << 20  # bytes; the largest published ones have some 20 kB
QUESTION = {"role": "user", "content": "1 + 1?"}
ANSWER = {"role": "assistant", "content": "2"}
CONVERSATIONS = ([QUESTION], [QUESTION, ANSWER, QUESTION])


def check_templates(folder: Path) -> None:
    """Render each template once. Raises ChatTemplateError; a template may refuse one of the conversations, not all."""
    config = _config(folder)
    for name, template in templates_in(folder, config):
        if len(template.encode(errors="replace")) > LONGEST_TEMPLATE:
            raise ChatTemplateError(name, f"is larger than {LONGEST_TEMPLATE} bytes")
        with Renderer(template, _special_tokens(config)) as renderer:
            _render_one(renderer, name)


def _render_one(renderer: Renderer, name: str) -> None:
    refused: RefusedByTemplate | None = None
    for conversation in CONVERSATIONS:
        try:
            renderer.render(conversation, add_generation_prompt=True)
        except RefusedByTemplate as error:
            refused = error
        except ChatTemplateError as error:
            raise ChatTemplateError(name, error.message) from error
        else:
            return
    if refused is not None:
        raise ChatTemplateError(name, refused.message) from refused


def templates_in(folder: Path, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(file, text) of every template that a tokenizer of this folder may take."""
    stated = config.get("chat_template")
    if isinstance(stated, str):
        yield "tokenizer_config.json $.chat_template", stated
    elif isinstance(stated, list):
        for n, entry in enumerate(stated):
            if isinstance(entry, dict) and isinstance(entry.get("template"), str):
                yield f"tokenizer_config.json $.chat_template[{n}]", entry["template"]
    for path in sorted((*folder.glob("*.jinja"), *folder.glob("additional_chat_templates/*.jinja"))):
        with path.open("rb") as file:
            yield path.relative_to(folder).as_posix(), file.read(LONGEST_TEMPLATE + 1).decode("utf-8", "replace")


def _config(folder: Path) -> dict[str, Any]:
    """The tokenizer's settings, which `check_checkpoint` has held to the policy of configurations."""
    path = folder / "tokenizer_config.json"
    if not path.is_file() or path.stat().st_size > config_policy.MAX_BYTES:
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def _special_tokens(config: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name in ("bos_token", "eos_token", "unk_token", "pad_token"):
        token = config.get(name)
        text = token.get("content") if isinstance(token, dict) else token
        if isinstance(text, str):
            found[name] = text
    return found
