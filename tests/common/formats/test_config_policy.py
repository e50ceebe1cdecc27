import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.common.formats.config_policy import ConfigError, check_config, is_config

SOUND = {
    "model_type": "llama",
    "hidden_size": 576,
    "rope_theta": 100000.0,
    "_attn_implementation": "sdpa",
    "auto_map": None,
}


def test_a_real_configuration_passes():
    check_config(json.dumps(SOUND).encode(), name="config.json")


def test_tokenizers_may_have_their_huge_limit():
    check_config(json.dumps({"model_max_length": 10**30}).encode(), name="tokenizer_config.json")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"auto_map": {"AutoModel": "m.M"}}, "$.auto_map"),
        ({"text_config": {"auto_map": {"AutoModel": "m.M"}}}, "$.text_config.auto_map"),
        ({"trust_remote_code": True}, "$.trust_remote_code"),
        ({"_attn_implementation_internal": "x"}, "$._attn_implementation_internal"),
        ({"_experts_implementation_internal": None}, "$._experts_implementation_internal"),
        ({"attn_implementation": "someone/kernel"}, "$.attn_implementation"),
        ({"sub": [{"attention_type": "a/b"}]}, "$.sub[0].attention_type"),
        ({"hidden_size": 1 << 40}, "$.hidden_size"),
        ({"num_layers": -(1 << 40)}, "$.num_layers"),
    ],
)
def test_what_runs_code_or_eats_memory_is_refused_at_its_place(change, where):
    with pytest.raises(ConfigError) as caught:
        check_config(json.dumps(SOUND | change).encode(), name="sub/config.json")

    assert caught.value.where == where


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"\xff\xfe", b'{"a":' * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40, b"9" * 5000]
)
def test_torn_or_absurd_documents_are_refused(raw):
    with pytest.raises(ConfigError):
        check_config(raw, name="config.json")


@given(st.binary(max_size=100))
def test_nothing_but_a_config_error_comes_out(raw):
    with pytest.raises(ConfigError):
        check_config(b"[" + raw, name="config.json")


def test_which_files_are_configurations():
    assert is_config("a/config.json")
    assert not is_config("a/weights.json")
