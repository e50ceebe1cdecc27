"""A sketch is held to the model it was deposited for: equal pieces pass, another model or a touched sketch does not."""

import json

import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from originality.cli import main
from originality.core.agreement import check_sketch
from originality.core.errors import InputError
from originality.core.readers import open_folder
from originality.core.sketch import build_sketch
from originality.core.sketchfile import save_sketch
from tests.factories.originality import fine_tuned, llama, write_model


def sketch_of(folder, path):
    save_sketch(build_sketch(open_folder(folder)), path)
    return path


def test_the_sketch_of_a_model_agrees_with_it_and_with_no_other(tmp_path, capsys):
    weights = llama(seed=1, layers=1)
    model = write_model(tmp_path / "model", weights)
    tuned = write_model(tmp_path / "tuned", fine_tuned(weights, share=0.001))
    sketch = sketch_of(model, tmp_path / "a.safetensors")

    assert check_sketch(sketch, model) == []
    assert "digest of the content" in check_sketch(sketch, tuned)
    assert main(["agree", str(sketch), str(model), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == {"differs": []}


def test_a_sketch_with_borrowed_projections_differs(tmp_path):
    """The digests are those of the model, the projections another one's: as somebody would hide a copy."""
    model = write_model(tmp_path / "model", llama(seed=1, layers=1))
    other = sketch_of(write_model(tmp_path / "other", llama(seed=2, layers=1)), tmp_path / "b.safetensors")
    sketch = sketch_of(model, tmp_path / "a.safetensors")
    with safe_open(sketch, "np") as file:
        metadata = file.metadata()
    arrays = load_file(sketch)
    save_file(arrays | {"reads": load_file(other)["reads"]}, sketch, metadata=metadata)

    assert check_sketch(sketch, model) == ["projections of units"]


def test_a_sketch_of_any_width_is_not_made_again(tmp_path):
    """The width is what the team wrote: memory would follow it."""
    model = write_model(tmp_path / "model", llama(seed=1, layers=1))
    sketch = sketch_of(model, tmp_path / "a.safetensors")
    with safe_open(sketch, "np") as file:
        (key, text), *rest = file.metadata().items()
    head = json.dumps(json.loads(text) | {"k": 10**10})
    save_file(load_file(sketch), sketch, metadata={key: head, **dict(rest)})

    with pytest.raises(InputError, match="width"):
        check_sketch(sketch, model)
