import pytest

from originality.core.sizes import checked_sizes, tower_sizes


@pytest.mark.parametrize(
    ("document", "sizes"),
    [
        ({"num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128}, {"": {"num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128}}),
        ({"n_head": 12, "n_embd": 768}, {"": {"num_attention_heads": 12, "hidden_size": 768}}),
        (
            {"text_config": {"num_attention_heads": 28}, "vision_config": {"num_heads": 16, "depth": 32}},
            {"": {"num_attention_heads": 28}, "vision": {"num_attention_heads": 16}},
        ),
        (
            {"thinker_config": {"text_config": {"num_attention_heads": 4}, "audio_config": {"encoder_attention_heads": 20}}},
            {"": {"num_attention_heads": 4}, "audio": {"num_attention_heads": 20}},
        ),
        ({"rope_parameters": {"partial_rotary_factor": 0.5}}, {"": {"partial_rotary_factor": 0.5}}),
        ({"head_dim": 128, "rotary_dim": 64}, {"": {"head_dim": 128, "partial_rotary_factor": 0.5}}),
        ({"num_attention_heads": "many", "head_dim": -1, "partial_rotary_factor": 7, "text_config": []}, {}),
    ],
)  # fmt: skip
def test_sizes_are_found_wherever_a_config_keeps_them(document, sizes):
    assert tower_sizes(document) == sizes
    assert checked_sizes(sizes)


@pytest.mark.parametrize("towers", [[], {"": 3}, {"": {"num_attention_heads": "4"}}, {"x": {}}, {"": {"other": 1}}])
def test_sizes_of_a_foreign_sketch_are_checked(towers):
    assert not checked_sizes(towers)
