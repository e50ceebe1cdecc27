"""What the check says about weights beside the bundle."""

import numpy as np
import pytest
from django.template import Context, Template
from django.utils import translation
from safetensors.numpy import save

from portal.artifacts.actions import complete_upload
from portal.intake.selectors import weight_facts
from tests.factories.artifacts import declare, send_all

pytestmark = pytest.mark.django_db

SOUND = np.ones((4, 5), np.float32)
BAD = np.array([1, np.nan, np.inf], np.float16)


def bundle_of(files):
    upload = declare(files)
    send_all(upload, files)
    return complete_upload(upload, actor="user:1")


def shown(bundle, language="en") -> str:
    with translation.override(language):
        return Template("{% load intake %}{% weight_facts bundle %}").render(Context({"bundle": bundle}))


def test_facts_are_those_of_all_shards():
    bundle = bundle_of({"1.safetensors": save({"a": SOUND, "b<": BAD}), "2.safetensors": save({"c": SOUND})})

    facts = weight_facts(bundle)
    assert (facts.tensors, facts.parameters, facts.total) == (3, {"F32": 40, "F16": 3}, 43)
    assert (facts.bad, facts.named) == (1, ["b<"])
    assert "43 numbers in 3 tensors (F16, F32)" in shown(bundle)
    assert "1 tensor holds NaN or infinite numbers: b&lt;." in shown(bundle)
    assert "텐서" in shown(bundle, "ko")


def test_sound_weights_carry_no_warning():
    assert "NaN" not in shown(bundle_of({"1.safetensors": save({"a": SOUND})}))


def test_a_bundle_without_weights_has_none():
    assert weight_facts(bundle_of({"a.log": b"1"})) is None
    assert shown(None).strip() == ""
