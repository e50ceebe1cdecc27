"""Finished reports without running the engine: a sparse multimodal model with a reused vision encoder, and one of nothing."""

import itertools
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils import timezone

from originality.actions import request_report, store_document
from originality.models import Comparison, OriginalityRun, Reference
from portal.artifacts.actions import store_file, store_folder
from portal.consortia.models import Entry
from portal.jobs.enums import JobState
from portal.jobs.models import Job
from portal.submissions.enums import RunKind, State
from portal.submissions.models import Submission, SubmissionRun

Row = dict[str, Any]
DEPTH, REFERENCE_DEPTH, EXPERTS = 12, 16, 8
LIMITS = (
    "direction not determined: common origin is symmetric",
    "a parent that is not in the registry cannot be found",
)
_numbers = itertools.count(1)


def sign_row(role: str, layer: int, *, z: float, tower: str = "", expert: str = "", alignment: str = "T2") -> Row:
    n, strong = 1024, z > 8
    return {
        "module": f"{role} {layer}",
        "role": role,
        "layer": layer,
        "tower": tower,
        "expert": expert,
        "candidate": [f"{tower}.{layer}.{role}{expert}"],
        "reference": [f"{tower}.{layer}.{role}{expert}"],
        "reference_module": f"{role} {layer}",
        "reference_layer": layer,
        "reference_expert": expert and str((int(expert) + 3) % EXPERTS),
        "test": "signs",
        "alignment": alignment,
        "n": n,
        "z": z,
        "null_mean": 0.0,
        "null_sd": 1.0,
        "agreement": 0.98 if strong else 0.5 + z / 100,
        "log10_p": -z * z / 4.6 if z > 0 else 0.0,
        "log10_p_adj": min(0.0, 4.0 - z * z / 4.6) if z > 0 else 0.0,
        "p_adj": 0.5,
        "r2": 0.81 if strong else 0.0003,
        "control_z": 0.4,
        "level": 2 if strong else 0,
        "detectable_r2": 0.0102,
    }


def exact_row(role: str, layer: int, *, tower: str = "", equal: float = 0.0009) -> Row:
    level = 3 if equal > 0.02 else 0
    return {
        "module": f"{role} {layer}",
        "role": role,
        "layer": layer,
        "tower": tower,
        "expert": "",
        "candidate": [f"{tower}.{layer}.{role}"],
        "reference": [f"{tower}.{layer}.{role}"],
        "reference_module": role,
        "reference_layer": layer,
        "reference_expert": "",
        "test": "exact",
        "alignment": "T1",
        "n": 65536,
        "z": None,
        "agreement": equal,
        "agreement_by_chance": 0.0009,
        "identical": False,
        "sampled": True,
        "log10_p": -300.0 if level else -0.2,
        "log10_p_adj": -296.0 if level else 0.0,
        "p_adj": 1.0,
        "r2": 0.9 if level else 0.0,
        "level": level,
    }


def permutation_row(layer: int, *, z: float) -> Row:
    return {
        **sign_row("plain_mlp", layer, z=z, tower="vision", alignment="T1"),
        "test": "unit permutation",
        "agreement": None,
        "mean_cosine": 0.71 if z > 8 else 0.02,
        "mean_cosine_null": 0.011,
        "mean_cosine_null_sd": 0.004,
    }


def score(name: str, kind: str, value: float, *, mean: float, sd: float, **more: Any) -> Row:
    known = {"registry_pairs": 28, "registry_mean": 0.964, "registry_sd": 0.019, "control_percentile": 25.0}
    return {
        "name": name,
        "kind": kind,
        "value": value,
        "coverage": 0.000004,
        "null_mean": mean,
        "null_sd": sd,
        "null_source": "the same gains in random channel order",
        "positive_control": 0.9999,
        "positive_pair": "먼바다 소형 – 먼바다 소형 지시",
        **known,
        **more,
    }


def modules(*, reused: str = "vision") -> list[Row]:
    """Return the rows of a model whose vision encoder alone meets the reference's; of nothing with reused=""."""
    rows = []
    for layer in range(DEPTH):
        rows += [sign_row("attention", layer, z=0.6 - layer / 10), exact_row("query", layer), exact_row("norm", layer)]
        rows += [sign_row("mlp", layer, z=0.2 + e / 5, expert=str(e)) for e in range(EXPERTS)]
        rows.append(exact_row("router", layer))
    for layer in range(6):
        z = 44.0 + layer if reused == "vision" else 1.1
        rows += [
            permutation_row(layer, z=z),
            exact_row("query", layer, tower="vision", equal=0.4 if reused else 0.0009),
        ]
    rows.append(sign_row("mlp", -1, z=-0.8, tower="projector"))
    return rows


def depth_map(*, strong: bool) -> Row:
    z = [
        [round(((7 * y + 3 * x) % 11 - 5) / 2.4, 2) for x in range(REFERENCE_DEPTH)] for y in range(DEPTH)
    ]  # nothing above what unrelated models give
    vision = [[46.0 if x == y and strong else -0.4 for x in range(6)] for y in range(6)]
    return {
        "towers": {
            "": {"candidate_layers": list(range(DEPTH)), "reference_layers": list(range(REFERENCE_DEPTH)), "z": z},
            "vision": {"z": vision, "path": [[layer, layer] for layer in range(6)] if strong else []},
        }
    }


def report_document(*, reused: str = "vision", outcome: str = "", comparable: bool = True) -> Row:
    rows = modules(reused=reused) if comparable else []
    level = max((row["level"] for row in rows), default=0)
    pooled = {"T1": sign_row("mlp", 0, z=1.2), "T2": sign_row("mlp", 0, z=0.7)} if comparable else {}
    side = {"label": "x", "family": "", "roles_by_shape": True, "parameters": 102_600_000_000, "seen_as": "sketch"}
    left_out = [
        {"tensor": f"model.layers.{n}.rotary_emb.inv_freq", "reason": "a buffer that the architecture determines"}
        for n in range(40)
    ]
    return {
        "schema": "originality-report/2",
        "engine": "2",
        "candidate": {**side, "digest": "a" * 64, "excluded": [{**row, "elements": 64} for row in left_out]},
        "reference": {**side, "digest": "b" * 64, "excluded": [], "public_since": "2025-03-01"},
        "direction": {
            "text": "direction not determined",
            "reference_public_since": "2025-03-01",
            "candidate_earliest_deposit": "2026-02-11",
        },
        "plan_digest": "c" * 64,
        "tests_tried": 8312,
        "coverage": {"trained": 0.99, "signs": 0.71, "exact": 0.93, "any": 0.97},
        "metadata": {
            "dimensions": [
                {"name": "hidden_size", "candidate": 4096, "reference": 4096, "equal": True, "shared_by": 3, "of": 9}
            ],
            "tokenizer": {
                "compared": True,
                "shared_strings": 61000,
                "same_id_rate": 0.0001,
                "same_id_rate_by_chance": 0.00001,
                "jaccard": 0.31,
                "common_merge_prefix": 2,
                "merges_examined": 120000,
            },
        },
        "modules": rows,
        "global": {
            "level": level,
            "outcome": outcome,
            "comparable": comparable,
            "pooled": pooled,
            "detectable_r2": {"finest": 0.0102, "coarsest": 0.3} if comparable else None,
            "share_of_parameters_common_origin": 0.0061 if level else 0.0,
        },
        "depth_map": depth_map(strong=bool(reused)) if comparable else {"towers": {}},
        "common_seed": {
            "reading": "the candidate does not carry the signs of its declared step 0",
            "z_candidate_step0": 1.1,
            "z_reference_step0": None,
            "needed": 12.0,
        },
        "crosschecks": [
            {
                "name": "φ_U",
                "layers": [0],
                "values": [0.01],
                "mean": 0.01,
                "null_mean": 0.0,
                "null_sd": 0.03,
                "log10_p": -0.2,
                "n": 900,
            }
        ],
        "disguise": [
            {"name": "all gains exactly one", "found": False, "value": 0.0, "null_mean": 0.0, "null_sd": 0.01},
        ],
        "scores": [
            score("norm_gain_cosine", "norm", 0.950, mean=0.949, sd=0.002, pearson=0.013, joint_permutation_p=0.2),
            score("variance_explained", "r2", 0.0004, mean=0.0, sd=0.0001, registry_pairs=0, positive_control=None),
            score(
                "layer_sd_profile_correlation", "std_profile", 0.91, mean=0.6, sd=0.2, conformal_p=0.12, conformal_n=28
            ),
        ]
        if comparable
        else [],
        "not_made": ["alignment T3: too few shared strings with embeddings on both sides"],
        "limits": list(LIMITS),
    }


def make_reference(name: str, *, content: bytes = b"sketch") -> Reference:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.sketch"
        path.write_bytes(content)
        sketch = store_file(path, owner="registry")
    number = next(_numbers)
    return Reference.objects.create(
        name=f"{name} {number}",
        source="https://example.org/models",
        revision="1",
        licence="Apache-2.0",
        public_since=date(2025, 3, 1),
        digest=f"{number:064x}",
        parameters=4_096_000,
        family="llama",
        sketch=sketch,
    )


def make_comparison(run: OriginalityRun, reference: Reference, document: Row) -> Comparison:
    overall = document["global"]
    return Comparison.objects.create(
        run=run,
        reference=reference,
        level=overall["level"],
        z=1.2 if overall["pooled"] else None,
        alignment="T1" if overall["pooled"] else "",
        r2=0.0003 if overall["pooled"] else None,
        coverage=document["coverage"]["any"],
        share=overall["share_of_parameters_common_origin"],
        report=document,
        document=store_document(document, owner=run.bundle.owner),
    )


def finish(run: OriginalityRun) -> OriginalityRun:
    """Give a run three results, as if its job had brought them: a reused encoder, nothing, and no comparison at all."""
    found = make_reference("먼바다 시각 인코더")
    own = {"part": "본체", "name": "body", "origin": "자체", "training": "from_scratch", "share": "0.9", "own": False}
    vision = {
        "part": "vision encoder",
        "name": "vision",
        "origin": found.source,
        "training": "frozen",
        "share": "0.1",
        "own": False,
    }
    run.plan["declared"] = [{**own, "reference": None}, {**vision, "reference": found.pk}]
    run.save(update_fields=["plan"])
    make_comparison(run, found, report_document())
    make_comparison(run, make_reference("너른들 기초"), report_document(reused=""))
    make_comparison(run, make_reference("한결 음성"), report_document(reused="", comparable=False))
    Job.objects.filter(pk=run.job_id).update(state=JobState.SUCCEEDED, finished=timezone.now(), outcome={})
    return run


def make_run() -> OriginalityRun:
    """A run over a bundle of nothing but a settings file: its results are given by hand."""
    number = next(_numbers)
    with TemporaryDirectory() as folder:
        (Path(folder) / "config.json").write_text(f'{{"number": {number}}}')
        bundle = store_folder(Path(folder), owner=f"consortium:{number}", actor="system")
    return request_report(bundle, key=f"report-{number}", actor="system")


def counted_run(entry: Entry | None) -> OriginalityRun:
    """The run behind the submission that counts for an entry; without one it belongs to nobody."""
    run = make_run()
    if entry is not None:
        submission = Submission.objects.create(
            entry=entry, version=1, state=State.SUBMITTED, digest="d" * 64, document={}, submitted_at=timezone.now()
        )
        SubmissionRun.objects.create(submission=submission, kind=RunKind.ORIGINALITY, originality=run)
    return run
