"""Code beside public code: what no renaming changes, what is found at which lines, what is not compared, and who is named."""

import json
import random
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from benchmarks.support.codecopies import copied_file, copied_piece, disguised_text, lines_found
from originality.cli import main
from originality.core.code import columns, declared, sources
from originality.core.code.building import build_corpus
from originality.core.code.index import Origin, open_corpus
from originality.core.code.licences import Notices, code_begins, holder_of, notices_of
from originality.core.code.passages import read_passage
from originality.core.code.projects import installed, origin_of
from originality.core.code.report import LIMITS, code_report
from originality.core.code.sources import Source
from originality.core.code.tokens import Tokens, tokenise
from originality.core.code.winnow import GUARANTEE, K, fingerprints
from originality.core.errors import InputError
from originality.wording import SENTENCES
from tests.factories.code_runs import PUBLIC, SERVING

LLAMA = Path(find_spec("transformers").origin).parent / "models" / "llama"  # read, never imported
SCHEMA = json.loads(Path("docs/originality-code.schema.json").read_text(encoding="utf-8"))
OWN = Path(__file__).parents[4] / "originality" / "core"
AROUND = ((OWN / "levels.py").read_text("utf-8"), (OWN / "gains.py").read_text("utf-8"))
INDEPENDENT = """
import torch


class ScaleNorm(torch.nn.Module):
    def __init__(self, width: int, floor: float = 1e-5) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.ones(width))
        self.floor = floor

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        root = states.float().square().mean(dim=-1, keepdim=True).add(self.floor).rsqrt()
        return (states.float() * root).type_as(states) * self.gain


def rotate(states: torch.Tensor, places: torch.Tensor, base: float = 10_000.0) -> torch.Tensor:
    half = states.shape[-1] // 2
    speeds = torch.pow(base, torch.arange(half, device=states.device).float().div(-half))
    angle = torch.outer(places.float(), speeds)
    even, odd = states[..., :half], states[..., half:]
    turned = even * angle.cos() - odd * angle.sin(), odd * angle.cos() + even * angle.sin()
    return torch.cat(turned, dim=-1).type_as(states)


class Mixer(torch.nn.Module):
    def __init__(self, width: int, heads: int, shared: int) -> None:
        super().__init__()
        self.heads, self.shared = heads, shared
        size = width // heads
        self.ask = torch.nn.Linear(width, heads * size, bias=False)
        self.both = torch.nn.Linear(width, 2 * shared * size, bias=False)
        self.back = torch.nn.Linear(heads * size, width, bias=False)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        batch, length, _ = states.shape
        places = torch.arange(length, device=states.device)
        asked = rotate(self.ask(states).view(batch, length, self.heads, -1).transpose(1, 2), places)
        keys, values = self.both(states).view(batch, length, 2, self.shared, -1).permute(2, 0, 3, 1, 4)
        keys = rotate(keys, places).repeat_interleave(self.heads // self.shared, dim=1)
        values = values.repeat_interleave(self.heads // self.shared, dim=1)
        mixed = torch.nn.functional.scaled_dot_product_attention(asked, keys, values, is_causal=True)
        return self.back(mixed.transpose(1, 2).reshape(batch, length, -1))
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    return build_corpus([Origin("transformers", "5", "Apache-2.0", LLAMA)], folder / "index", name="public")


def report_of(corpus, tmp_path, *texts, **told):
    items = [Source(f"{number}.py", text, "python") for number, text in enumerate(texts)]
    report = code_report(items, corpora=[corpus], passages=tmp_path / "passages", **told)
    jsonschema.validate(json.loads(json.dumps(report, allow_nan=False)), SCHEMA)
    return report


def test_names_comments_and_layout_change_no_token():
    first = tokenise("def f(self, x):\n    '''doc'''\n    return len(x) + 1  # why\n", language="python")
    second = tokenise("def gamma(\n    self,\n    longer,\n):\n  return len(longer) + 22", language="python")
    other = tokenise("def f(self, x):\n    return sum(x) + 1\n", language="python")

    assert np.array_equal(first.kind, second.kind)
    assert not np.array_equal(first.kind, other.kind)
    assert first.line.tolist()[-1] == 3
    assert (first.name != second.name).any()


def test_no_common_run_of_the_guaranteed_length_is_missed():
    draws = np.random.default_rng(3)
    for _ in range(50):
        common = draws.integers(0, 40, GUARANTEE).astype(np.uint64)
        texts = [
            np.concatenate([draws.integers(0, 40, n), common, draws.integers(0, 40, n)]).astype(np.uint64)
            for n in (7, 90)
        ]
        prints = [
            fingerprints(Tokens(kind, np.ones(len(kind), np.int32), np.zeros(len(kind), np.uint32))) for kind in texts
        ]
        assert set(prints[0].hash) & set(prints[1].hash)


def test_tables_of_numbers_leave_no_fingerprint():
    assert not len(fingerprints(tokenise(f"x = [{'0, ' * 300}]", language="python")).hash)
    assert len(fingerprints(tokenise("x = 1", language="python")).hash) == 0


@pytest.mark.parametrize("make", [copied_file, copied_piece])
def test_a_copy_with_other_names_is_found_at_its_lines(corpus, tmp_path, make):
    copy = make(LLAMA / "modeling_llama.py", around=AROUND, seed=4)

    [file] = report_of(corpus, tmp_path, copy.text)["files"]

    found = lines_found(copy, file["passages"])
    assert found.recall > 0.9
    assert found.precision == 1
    assert found.source_precision > 0.9
    assert max(row["names_kept"] for row in file["passages"]) < 0.2
    assert {row["source_path"] for row in file["passages"]} == {"modeling_llama.py"}


def test_an_independent_implementation_of_the_same_parts_is_not_found(corpus, tmp_path):
    own = [path.read_text("utf-8") for path in (OWN / "heads.py", OWN / "signs.py", OWN / "report.py")]

    report = report_of(corpus, tmp_path, INDEPENDENT, *own)

    assert [(row["contained"], row["passages"]) for row in report["files"]] == [(0.0, [])] * 4


def test_a_passage_has_both_texts_line_by_line(corpus, tmp_path):
    copy = copied_piece(LLAMA / "modeling_llama.py", around=AROUND, seed=4)
    row = report_of(corpus, tmp_path, copy.text)["files"][0]["passages"][0]

    with (tmp_path / "passages").open("rb") as stream:
        rows = read_passage(stream, row["place"])["rows"]

    here, there = copy.text.split("\n"), (LLAMA / "modeling_llama.py").read_text("utf-8").split("\n")
    assert all(line is None or here[line - 1] == text for line, text, *_ in rows)
    assert all(line is None or there[line - 1] == text for _, _, line, text, _ in rows)
    assert sum(same for *_, same in rows) > 10


def test_what_many_families_of_projects_share_is_an_idiom(tmp_path):
    origins = []
    for name in ("a", "b", "c", "d"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "core.py").write_text(f"{name} = 1\n{SERVING}")
        origins.append(Origin(name, "1", "MIT", tmp_path / name))
    whole = build_corpus(origins, tmp_path / "index", name="x")
    fewer = build_corpus(origins[:3], tmp_path / "fewer", name="y")

    assert report_of(whole, tmp_path, SERVING)["files"][0]["contained"] == 0
    assert report_of(whole, tmp_path, SERVING)["files"][0]["idioms"] > 0.9
    found = report_of(fewer, tmp_path, SERVING)["files"][0]
    assert (found["contained"] > 0.9, [row["further"] for row in found["passages"]]) == (True, [2])


def test_where_the_team_names_a_project(tmp_path):
    (tmp_path / "bora").mkdir()
    (tmp_path / "bora" / "core.py").write_text(PUBLIC)
    corpus = build_corpus([Origin("bora-train", "1", "MIT", tmp_path / "bora")], tmp_path / "index", name="x")
    text = disguised_text(PUBLIC, seed=1)

    def said(items, **told):
        report = code_report(items, corpora=[corpus], passages=tmp_path / "passages", **told)
        column = next(row for row in report["summary"]["columns"] if row["column"] == "training")
        return report["summary"]["projects"][0]["said"], column["acknowledged"] == column["contained"] > 0

    plain = Source("train.py", text, "python")
    assert said([plain]) == ([], False)
    assert said([plain], components=["Bora Train 2"]) == (["component declaration"], True)
    assert said([plain, Source("NOTICE", "uses bora_train", "")]) == (["notice file"], True)
    head = Source("train.py", f"# Adapted from bora-train\n{text}", "python")
    assert said([head]) == (["head of the file"], True)
    assert not declared.names("go", ["we go on"])


def test_heads_of_files_are_read_and_code_is_not():
    text = "# SPDX-License-Identifier: MIT OR Apache-2.0\n# Copyright (c) 2024-2025 Areum Lab\nx = 'gnu general public license version 3'\n"
    notices = notices_of(text, code_begins=code_begins(tokenise(text, language="python")))

    assert notices.licences == ("MIT", "Apache-2.0")
    assert [holder_of(line) for _, line in notices.copyrights] == ["Areum Lab"]
    assert notices_of(
        "Redistributions of source code must retain the above copyright notice. Neither the name of X"
    ).licences == ("BSD-3-Clause",)
    assert not notices_of("x = 1\n", code_begins=1)
    assert Notices((), (), ()) == notices_of("")


@pytest.mark.parametrize(
    ("path", "text", "column"),
    [
        ("run/loop.py", PUBLIC, "training"),
        ("x.py", SERVING, "inference"),
        ("net/attention.py", INDEPENDENT, "modelling"),
        ("tests/train.py", PUBLIC, "other"),
        ("tools/clock.py", "import time\n", "other"),
    ],
)
def test_each_file_belongs_to_one_column(path, text, column):
    assert columns.column_of(path, text).column == column


def test_no_text_ends_in_another_error(corpus, tmp_path):
    chance = random.Random(2)
    texts = ["".join(chance.choice("def x(\n'\"\\#{}[]:=\t가\0 ") for _ in range(400)) for _ in range(40)]

    for text, language in zip(
        texts, ["python", "cpp", "rust", "go", "javascript", "bash", "cuda", "java"] * 5, strict=True
    ):
        report = code_report([Source("x", text, language)], corpora=[corpus], passages=tmp_path / "passages")
        assert report["files"][0]["contained"] == 0


def test_an_index_of_another_kind_is_refused(tmp_path):
    (tmp_path / "index").write_bytes(b"x" * 100)
    with pytest.raises(InputError, match="no index"):
        open_corpus(tmp_path / "index")
    with pytest.raises(InputError, match="no source file"):
        build_corpus([Origin("x", "1", "MIT", tmp_path)], tmp_path / "y", name="x")


def test_projects_say_what_they_are(tmp_path):
    (tmp_path / "COPYING").write_text("GNU GENERAL PUBLIC LICENSE Version 3")
    assert origin_of(f"이름={tmp_path}")[:3] == ("이름", "unknown", "GPL-3.0")
    assert {row.folder.name for row in installed("requests")} == {"requests"}
    with pytest.raises(InputError, match="no such package"):
        installed("no-such-package-here")


def test_every_sentence_has_its_line():
    assert {*LIMITS, *sources.REASONS, declared.COMPONENT, declared.NOTICE, declared.HEAD} <= set(SENTENCES)
    assert K < GUARANTEE


def test_the_command_line_compares_folders(tmp_path, capsys):
    (tmp_path / "bora").mkdir()
    (tmp_path / "bora" / "core.py").write_text(PUBLIC)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "train.py").write_text(disguised_text(PUBLIC, seed=2))
    index = str(tmp_path / "public.corpus")

    assert main(["corpus", str(tmp_path / "bora"), "-o", index]) == 0
    assert main(["code", str(tmp_path / "mine"), "--corpus", index, "--json", "-"]) == 0
    document = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert document["files"][0]["contained"] > 0.9
    assert main(["code", str(tmp_path / "mine"), "--corpus", index, "--declared", "bora"]) == 0
    assert "component declaration" in " ".join(capsys.readouterr().out.split())
    assert main(["code", str(tmp_path / "none"), "--corpus", index]) == 2
