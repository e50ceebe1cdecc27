from pathlib import Path

import pytest

from evaluation.core.chattemplate import ChatTemplateError, RefusedByTemplate, Renderer, isolate
from evaluation.core.errors import Cause, InputError

CHAT = [
    {"role": "system", "content": "짧게 답한다."},
    {"role": "user", "content": "물은 몇 도에서 끓는가? <b>&</b>"},
    {"role": "assistant", "content": "100도"},
]
TEMPLATES = {
    "roles": "{{ bos_token }}{% for m in messages %}\n<|{{ m.role }}|>{{ m['content'] | trim }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}",
    "json and blocks": "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{{ m | tojson }}{% generation %}x{% endgeneration %}{% endfor %}",
    "namespace": "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + m.content | length %}{% endfor %}{{ ns.n }}{{ dict(a=1) }}",
}
LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.system('touch escaped') }}",
    "{{ messages.append(1) }}",
    "{% include '/etc/passwd' %}",
    "{{ raise_exception.__globals__['os'] }}",
]


@pytest.fixture(scope="module")
def child():
    with Renderer("", {"bos_token": "<s>"}) as renderer:
        yield renderer


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize(
    "more", [{"add_generation_prompt": True}, {"add_generation_prompt": False, "continue_final_message": True}]
)
def test_text_is_that_of_the_library(child, name, more):
    from transformers.utils.chat_template_utils import render_jinja_template

    if name != "roles" and "continue_final_message" in more:
        more = {}
    child.template = TEMPLATES[name]
    texts, _ = render_jinja_template(conversations=[CHAT], chat_template=TEMPLATES[name], bos_token="<s>", **more)

    assert child.render(CHAT, **more) == texts[0]


def test_endless_and_fat_templates_are_ended_and_the_next_one_is_rendered(child):
    child.template = LOOP
    with pytest.raises(ChatTemplateError, match="processor time") as ended:
        child.render(CHAT)
    assert isinstance(ended.value, InputError)
    assert ended.value.cause == Cause.CONFIG
    assert not isinstance(ended.value, RefusedByTemplate)

    child.template = (
        "{% set ns = namespace(t='x') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}{{ ns.t }}"
    )
    with pytest.raises(ChatTemplateError, match=r"MB|memory"):
        child.render(CHAT)

    child.template = "{{ messages | length }}"
    assert child.render(CHAT) == "3"


@pytest.mark.parametrize("template", [*ESCAPES, "{% for %}", "{{ 1 / 0 }}", "{{ absent.name.further }}"])
def test_templates_that_reach_out_or_are_broken_are_refused(child, template):
    child.template = template
    with pytest.raises(ChatTemplateError, match="cannot be rendered"):
        child.render(CHAT)
    assert not Path("escaped").exists()


def test_a_template_may_refuse_a_conversation_as_a_harness_expects_it(child):
    from jinja2.exceptions import TemplateError

    child.template = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}ok"
    with pytest.raises(TemplateError, match="no system role"):
        child.render(CHAT)
    assert child.render(CHAT[1:]) == "ok"


def test_a_tokenizer_renders_in_the_child_and_learns_nothing_of_the_environment():
    class Tokenizer:
        """As far as rendering goes: what the library's class offers."""

        special_tokens_map = {"bos_token": "<s>"}

        def get_chat_template(self):
            return TEMPLATES["roles"]

    tokenizer = Tokenizer()
    with isolate(tokenizer) as renderer:
        text = tokenizer.apply_chat_template(
            CHAT, tokenize=False, add_generation_prompt=True, continue_final_message=False
        )
        environment = Path(f"/proc/{renderer._child.pid}/environ").read_bytes()
        with pytest.raises(ValueError, match="tokenize=False"):
            tokenizer.apply_chat_template(CHAT)

    assert text.startswith("<s><|system|>짧게")
    assert b"PORTAL_VAR=" not in environment
