"""One part of a rule set: its criteria or items, its formula, and whether they add up."""

from decimal import Decimal

from portal.programmes.ruleset.model import (
    Anchor,
    Criterion,
    Formula,
    Item,
    MeasureSource,
    Panel,
    Part,
    Share,
)
from portal.programmes.ruleset.reader import Node, gettext_noop, must_differ
from portal.programmes.ruleset.vocabulary import (
    MEASURED_POINTS,
    PANELS,
    PART_KINDS,
    REVIEWER_RULES,
    SHEET_POINTS,
    SHEET_RULES,
    SOURCES,
)

TARGETS_ONLY = gettext_noop("belongs to points: own_over_target only.")
ITEMS_ADD_UP = gettext_noop("is %(points)s, but the items add up to %(sum)s.")
CRITERIA_ADD_UP = gettext_noop("is %(points)s, but the criteria add up to %(sum)s.")
WEIGHTS = gettext_noop("weights add up to %(sum)s, not 100.")
BELOW_0 = gettext_noop("is %(minimum)s; scores do not go below 0.")
NOT_BELOW = gettext_noop("is %(minimum)s, which is not below max %(maximum)s.")
STEP = gettext_noop("%(step)s does not lead from min to max in whole steps.")
OUTSIDE = gettext_noop("%(at)s is outside of %(minimum)s to %(maximum)s.")
QUORUM = gettext_noop("is %(quorum)s, more than the %(seats)s seats.")
SUM_GROWS = gettext_noop("sum grows with the number of sheets; it needs points: scale_to_best.")
CAP = gettext_noop("%(cap)s would give more points than the item has; at most 1.")
NOTHING_LEFT = gettext_noop(
    "is %(count)s, but %(dropped)s sheets are dropped: nothing would be left. At least %(least)s."
)
TOO_MANY_SHEETS = gettext_noop("is %(count)s, more than the %(seats)s seats of the panel.")
MUST_BE_SUM = gettext_noop("must be sum where the criteria are scored in points.")
FULL_SHEET = gettext_noop("is %(scale)s, but a full sheet comes to %(best)s.")


def parse_part(node: Node) -> Part:
    kind = node.at("kind").choice(PART_KINDS)
    return _part_by_sheets(node) if kind == "sheets" else _measured_part(node)


def _part_by_sheets(node: Node) -> Part:
    node.allow_only("key", "title", "points", "group", "kind", "formula", "criteria", "minimum_sheets", "panel", "note")
    rows = node.rows("criteria", required=True)
    must_differ(rows, "key")
    criteria = tuple(_criterion(row) for row in rows)
    formula = _sheet_formula(node.at("formula"))
    panel = _panel(node.at("panel"))
    part = _part(node, formula=formula, criteria=criteria, minimum=_minimum_sheets(node, formula, panel), panel=panel)
    _sheets_add_up(node, part)
    return part


def _measured_part(node: Node) -> Part:
    node.allow_only("key", "title", "points", "group", "kind", "formula", "items", "note", "proposed_by")
    rows = node.rows("items", required=True)
    must_differ(rows, "key")
    part = _part(node, formula=_measured_formula(node.at("formula")), items=tuple(_item(row) for row in rows))
    for row in rows:
        if row.has("target") and part.formula.points != "own_over_target":
            raise row.at("target").error(TARGETS_ONLY)
    total = sum(item.points for item in part.items)
    if total != part.points:
        raise node.at("points").error(ITEMS_ADD_UP, points=part.points, sum=total)
    return part


def _part(
    node: Node,
    *,
    formula: Formula,
    criteria: tuple[Criterion, ...] = (),
    items: tuple[Item, ...] = (),
    minimum: int = 0,
    panel: Panel | None = None,
) -> Part:
    return Part(
        key=node.at("key").key(),
        title=node.at("title").both(),
        points=node.at("points").positive(),
        group=node.at("group").key() if node.has("group") else "",
        kind=node.at("kind").text(),
        formula=formula,
        criteria=criteria,
        items=items,
        minimum_sheets=minimum,
        panel=panel,
        note=node.at("note").both() if node.has("note") else None,
        proposed_by=node.at("proposed_by").integer(minimum=1) if node.has("proposed_by") else None,
    )


def _criterion(node: Node) -> Criterion:
    node.allow_only("key", "title", "min", "max", "step", "guide", "anchors")
    criterion = Criterion(
        key=node.at("key").key(),
        title=node.at("title").both(),
        minimum=node.at("min").decimal() if node.has("min") else Decimal(0),
        maximum=node.at("max").positive(),
        step=node.at("step").positive() if node.has("step") else None,
        guide=node.at("guide").both() if node.has("guide") else None,
        anchors=tuple(_anchor(row) for row in node.rows("anchors")),
    )
    if criterion.minimum < 0:
        raise node.at("min").error(BELOW_0, minimum=criterion.minimum)
    if criterion.minimum >= criterion.maximum:
        raise node.at("min").error(NOT_BELOW, minimum=criterion.minimum, maximum=criterion.maximum)
    if criterion.step and (criterion.maximum - criterion.minimum) % criterion.step:
        raise node.at("step").error(STEP, step=criterion.step)
    for row, anchor in zip(node.rows("anchors"), criterion.anchors, strict=True):
        if not criterion.minimum <= anchor.at <= criterion.maximum:
            raise row.at("at").error(OUTSIDE, at=anchor.at, minimum=criterion.minimum, maximum=criterion.maximum)
    return criterion


def _anchor(node: Node) -> Anchor:
    node.allow_only("at", "text")
    return Anchor(node.at("at").decimal(), node.at("text").both())


def _panel(node: Node) -> Panel:
    node.allow_only("kind", "seats", "quorum")
    panel = Panel(node.at("kind").choice(PANELS), node.at("seats").integer(minimum=1), node.at("quorum").integer())
    if panel.quorum > panel.seats:
        raise node.at("quorum").error(QUORUM, quorum=panel.quorum, seats=panel.seats)
    return panel


def _sheet_formula(node: Node) -> Formula:
    node.allow_only("sheet", "reviewers", "drop_highest", "drop_lowest", "points", "scale")
    reviewers = node.at("reviewers").choice(REVIEWER_RULES)
    points = node.at("points").choice(SHEET_POINTS)
    trims = reviewers == "trimmed_mean"
    for key in ("drop_highest", "drop_lowest"):
        if node.has(key) and not trims:
            raise node.at(key).error(gettext_noop("belongs to reviewers: trimmed_mean only."))
    if reviewers == "sum" and points != "scale_to_best":
        raise node.at("reviewers").error(SUM_GROWS)
    return Formula(
        points=points,
        sheet=node.at("sheet").choice(SHEET_RULES),
        reviewers=reviewers,
        drop_highest=node.at("drop_highest").integer() if trims else 0,
        drop_lowest=node.at("drop_lowest").integer() if trims else 0,
        scale=_scale(node, points),
    )


def _measured_formula(node: Node) -> Formula:
    node.allow_only("points", "scale", "cap")
    points = node.at("points").choice(MEASURED_POINTS)
    if points != "own_over_target" and node.has("cap"):
        raise node.at("cap").error(TARGETS_ONLY)
    cap = node.at("cap").positive() if points == "own_over_target" else None
    if cap is not None and cap > 1:
        raise node.at("cap").error(CAP, cap=cap)
    return Formula(points=points, scale=_scale(node, points), cap=cap)


def _scale(node: Node, points: str) -> Decimal | None:
    if points == "over_scale":
        return node.at("scale").positive()
    if node.has("scale"):
        raise node.at("scale").error(gettext_noop("belongs to points: over_scale only."))
    return None


def _minimum_sheets(node: Node, formula: Formula, panel: Panel) -> int:
    minimum = node.at("minimum_sheets")
    count = minimum.integer(minimum=1)
    dropped = formula.drop_highest + formula.drop_lowest
    if count <= dropped:
        raise minimum.error(NOTHING_LEFT, count=count, dropped=dropped, least=dropped + 1)
    if count > panel.seats:
        raise minimum.error(TOO_MANY_SHEETS, count=count, seats=panel.seats)
    return count


def _sheets_add_up(node: Node, part: Part) -> None:
    """The best possible sheet must be worth exactly the part's points."""
    maxima = [criterion.maximum for criterion in part.criteria]
    if part.formula.points == "as_scored":
        if part.formula.sheet != "sum":
            raise node.at("formula").at("sheet").error(MUST_BE_SUM)
        if sum(maxima) != part.points:
            raise node.at("points").error(CRITERIA_ADD_UP, points=part.points, sum=sum(maxima))
    if part.formula.points == "over_scale":
        best = sum(maxima) if part.formula.sheet == "sum" else max(maxima)
        if best != part.formula.scale or (part.formula.sheet == "mean" and len(set(maxima)) > 1):
            raise node.at("formula").at("scale").error(FULL_SHEET, scale=part.formula.scale, best=best)


def _item(node: Node) -> Item:
    node.allow_only("key", "title", "points", "source", "target", "composition")
    rows = node.rows("composition")
    for row in rows:
        row.allow_only("name", "weight")
    shares = tuple(Share(row.at("name").text(), row.at("weight").positive()) for row in rows)
    if shares and sum(share.weight for share in shares) != 100:
        raise node.at("composition").error(WEIGHTS, sum=sum(share.weight for share in shares))
    return Item(
        key=node.at("key").key(),
        title=node.at("title").both(),
        points=node.at("points").positive(),
        source=_source(node.at("source")),
        target=node.at("target").positive() if node.has("target") else None,
        composition=shares,
    )


def _source(node: Node) -> MeasureSource:
    kind = node.at("kind").choice(SOURCES)
    if kind == "suite":
        node.allow_only("kind", "suite", "task", "metric")
        return MeasureSource(
            kind, suite=node.at("suite").text(), task=node.at("task").text(), metric=node.at("metric").text()
        )
    if kind == "outside_body":
        node.allow_only("kind", "body")
        return MeasureSource(kind, body=node.at("body").text())
    node.allow_only("kind")
    return MeasureSource(kind)
