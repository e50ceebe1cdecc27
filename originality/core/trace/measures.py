"""What weights, withheld text and benchmarks say at single checkpoints, measured by jobs of their own and only read by checks."""

from collections.abc import Sequence
from typing import Any, NamedTuple, get_args, get_type_hints

from originality.core.errors import InputError

SCHEMA = "originality-measures/1"
START_SCHEMA = "originality-start/2"
Document = dict[str, Any]


class TensorStep(NamedTuple):
    """One trained tensor between two checkpoints: largest change of a number, its largest magnitude at either end, norms.

    `rounding` is what storing both ends in their formats may have added to a change.
    """

    tensor: str
    moved: float
    largest: float
    distance: float
    strangers: float  # largest change that two independent draws of these spreads would show
    rounding: float = 0.0


class Leg(NamedTuple):
    """From one checkpoint to the next; cosines and distances are over all trained matrices, `from_start` against step 0.

    Gains of norms stay out of them, all near 1 whatever the model, and stand in `tensors`, which keeps the tensors that
    moved furthest, of `tensors_total`. `sign_z` is the sign test of `sign_units` units between the two, `start_sign_z`
    between step 0 and the later one; `numbers` counts what the cosines are over, `norms` are the lengths of both ends;
    `unmoved` counts tensors in which no number changed; `weakest` is the tensor whose signs agree least for its units.
    """

    before: str
    after: str
    step_before: int
    step_after: int
    cosine: float
    distance: float
    from_start_cosine: float | None
    from_start_distance: float | None
    tensors: tuple[TensorStep, ...]
    excluded: tuple[str, ...] = ()
    sign_z: float | None = None
    sign_units: int = 0
    start_sign_z: float | None = None
    numbers: int = 0
    norm_before: float = 0.0
    norm_after: float = 0.0
    tensors_total: int = 0
    unmoved: int = 0
    weakest: str = ""
    weakest_z: float | None = None
    weakest_units: int = 0


class MeasuredLoss(NamedTuple):
    """Loss of a checkpoint on withheld text, nats per token, with its standard error over windows and their number.

    `each` holds the mean of every window in the order of the text, so that two checkpoints are compared window by window.
    """

    digest: str
    step: int
    loss: float
    stderr: float
    windows: int
    text_digest: str
    each: tuple[float, ...] = ()


class Score(NamedTuple):
    """A benchmark at a checkpoint: figure in [0, 1] with its standard error."""

    digest: str
    step: int
    task: str
    metric: str
    value: float
    stderr: float


class Measures(NamedTuple):
    """`start` and `binding` are documents of the step-0 law and of the seed binding; None where there is no step 0."""

    legs: tuple[Leg, ...] = ()
    losses: tuple[MeasuredLoss, ...] = ()
    scores: tuple[Score, ...] = ()
    start: dict[str, object] | None = None
    binding: dict[str, object] | None = None
    against_references: tuple[dict[str, object], ...] = ()


def leg_document(leg: Leg) -> Document:
    return leg._asdict() | {"tensors": [step._asdict() for step in leg.tensors], "excluded": list(leg.excluded)}


def loss_document(loss: MeasuredLoss) -> Document:
    return loss._asdict() | {"each": list(loss.each)}


def measures_document(measures: Measures) -> Document:
    """The JSON document that `parse_measures` reads back."""
    return measures_of(
        legs=[leg_document(leg) for leg in measures.legs],
        losses=[loss_document(loss) for loss in measures.losses],
        scores=[score._asdict() for score in measures.scores],
        start={
            "start": measures.start,
            "binding": measures.binding,
            "against_references": list(measures.against_references),
        },
    )


def measures_of(
    *,
    legs: Sequence[Document] = (),
    losses: Sequence[Document] = (),
    scores: Sequence[Document] = (),
    start: Document | None = None,
) -> Document:
    """Put the results of single jobs together; `start` is that of `originality.start`."""
    found = start or {}
    return {
        "schema": SCHEMA,
        "legs": list(legs),
        "losses": list(losses),
        "scores": list(scores),
        "start": found.get("start"),
        "binding": found.get("binding"),
        "against_references": list(found.get("against_references") or ()),
    }


def parse_measures(document: Document) -> Measures:
    """Read what the portal's own jobs wrote; InputError names the field that is not as they write it."""
    if document.get("schema") != SCHEMA:
        raise InputError(f"measures of form {document.get('schema')!r:.40}; expected {SCHEMA}")
    start = document.get("start")
    if start is not None and start.get("schema") != START_SCHEMA:
        raise InputError(
            f"start: of form {start.get('schema')!r:.40}, made by another engine than {START_SCHEMA}; measure it again"
        )
    legs = tuple(_leg(item, at=f"legs[{i}]") for i, item in enumerate(document.get("legs", ())))
    return Measures(
        legs=tuple(sorted(legs, key=lambda leg: (leg.step_after, leg.step_before))),
        losses=tuple(_loss(row, at=f"losses[{i}]") for i, row in enumerate(document.get("losses", ()))),
        scores=tuple(_row(Score, row, at=f"scores[{i}]") for i, row in enumerate(document.get("scores", ()))),
        start=start,
        binding=document.get("binding"),
        against_references=tuple(document.get("against_references", ())),
    )


def _leg(item: Document, *, at: str) -> Leg:
    tensors = tuple(_row(TensorStep, step, at=f"{at}.tensors[{i}]") for i, step in enumerate(item.get("tensors") or ()))
    excluded = tuple(str(name) for name in item.get("excluded") or ())
    leg: Leg = _row(Leg, item | {"tensors": (), "excluded": ()}, at=at)
    return leg._replace(tensors=tensors, excluded=excluded)


def _loss(item: Document, *, at: str) -> MeasuredLoss:
    loss: MeasuredLoss = _row(MeasuredLoss, item | {"each": ()}, at=at)
    return loss._replace(each=tuple(float(value) for value in item.get("each") or ()))


def _row(kind: Any, item: Document, *, at: str) -> Any:
    """One named tuple of plain values, each of the type that its annotation names."""
    hints = get_type_hints(kind)
    if unknown := sorted(set(item) - set(hints)):
        raise InputError(f"{at}.{unknown[0]:.40}: no such field")
    for name, value in item.items():
        allowed = get_args(hints[name]) or (hints[name],)
        plain = (*allowed, int) if float in allowed else allowed
        if not isinstance(value, tuple) and (isinstance(value, bool) or not isinstance(value, plain)):
            raise InputError(f"{at}.{name}: {value!r:.40} is not of its type")
    try:
        return kind(**item)
    except TypeError as error:
        raise InputError(f"{at}: a field is missing ({error})") from error
