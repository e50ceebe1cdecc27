"""Walk every number of a page and find those that stand without a null."""

import re
from html.parser import HTMLParser

# Columns and facts whose numbers are no similarity, and those that carry their null in their own words.
PLAIN = {
    "Layer", "Layer of the reference", "Module", "Module of the reference", "Test and alignment", "Units", "p", "p, corrected",
    "Smallest R² that would have been seen",
    "R² seen from", "Level", "Tower", "Experts at level 2 or above", "Experts tested", "Expert – expert of the reference",
    "Reason", "Tensors", "Elements", "Names", "Setting", "This model", "References with this model's value", "Reference", "Alignment", "z asked for level 2", "Part",
    "Declared origin", "Training", "Share of parameters", "Outcome", "Coverage of parameters",
    "Parameters in modules of common origin", "Public since", "Coverage", "Figure", "Known descent", "Trace", "Seen",
    "Tested against the origin it names", "Found in this part of the model",
    # facts
    "Coverage: share of parameters seen by", "Detection limit: R² that a block needs to reach level 2", "Engine", "Requested",
    "Tests counted for the correction", "Candidate content", "Reference content", "Source, revision, licence", "Plan",
    "Files tested", "References in the plan", "Plan, frozen when it was asked for", "State", "Hand-in",
    "Left out: content that is not trained", "What cannot be told", "Tests that could not be made", "How fine this is", "Models behind it", "Progress, or why it is waiting",
}  # fmt: skip
WITH_NULL = re.compile(r"null|unrelated models|chance|broken match", re.IGNORECASE)
NULL_CELL = {"Value": ("By chance (mean ± sd)", "By chance", "Unrelated models")}
KNOWN_CELL = re.compile(r"by chance|50 % by chance")
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:\s?%)?(?![\w.])")
VOID = {"br", "meta", "link", "input", "img"}
SKIPPED = {"script", "style", "code", "time", "title", "option"}


class Walker(HTMLParser):
    """Collects each text of <main> that holds a number, with what it stands in: column, fact, caption, drawing."""

    def __init__(self):
        super().__init__()
        self.open, self.found, self.columns, self.row, self.term = [], [], [], [], ""

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        self.open.append((tag, dict(attrs)))
        if tag == "table":
            self.columns = []
        if tag == "tr":
            self.row = []
        if tag in {"td", "th"}:
            self.row.append("")

    def handle_endtag(self, tag):
        if tag == "tr" and any(name == "thead" for name, _ in self.open):
            self.columns = [" ".join(cell.split()) for cell in self.row]
        elif tag == "tr" and any(name == "tbody" for name, _ in self.open):
            self.found += [("cell", (self.columns, index, list(self.row))) for index in range(len(self.row))]
        if tag not in [name for name, _ in self.open]:
            raise ValueError(f"</{tag}> closes nothing: the walk would lose its place")
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        names = [name for name, _ in self.open]
        if "main" not in names or SKIPPED & set(names):
            return
        if self.row and {"td", "th"} & set(names):
            self.row[-1] += f" {data}"
        elif names[-1] == "dt" or "dt" in names:
            self.term = " ".join(data.split()) or self.term
        elif "dd" in names:
            self.found.append(("fact", (self.term, data)))
        elif "svg" in names:
            labels = [attrs["aria-label"] for name, attrs in self.open if name == "svg" and "aria-label" in attrs]
            self.found.append(("drawing", (" ".join(labels), data)))
        else:
            self.found.append(("text", (names, data)))


def bare_numbers(html):
    """Walk every number that a page shows; return those that stand without a null and are not known to need none."""
    walker = Walker()
    walker.feed(html)
    if walker.open:
        raise ValueError(f"not closed: {walker.open}")
    return [what for what in map(_bare, walker.found) if what]


def _bare(item):
    kind, (where, *rest) = item
    if kind == "cell":
        index, row = rest
        return _bare_cell(where, index, row)
    text = " ".join(rest[0].split())
    if not NUMBER.search(text):
        return None
    if kind == "fact":
        fine = (
            where in PLAIN or WITH_NULL.search(f"{where} {text}") or "±" in text or where == "A pair of known descent"
        )
        return None if fine else f"fact {where!r}: {text}"
    if kind == "drawing":
        return None if re.fullmatch(r"[-\d.]+|[\w ]+", text) else f"drawing {where!r}: {text}"
    return None if _plain_text(where, text) else f"text: {text}"


def _bare_cell(columns, index, row):
    text = " ".join(row[index].split())
    column = columns[index] if index < len(columns) else ""
    if not NUMBER.search(text) or column in PLAIN or WITH_NULL.search(column) or KNOWN_CELL.search(text):
        return None
    beside = [row[columns.index(name)].strip() for name in NULL_CELL.get(column, ()) if name in columns]
    if any(cell and cell != "-" for cell in beside):
        return None
    if (
        re.search(r"(^|, )z -?\d|^\d$|experts$", text) and columns[0] == "Layer"
    ):  # cells of the map: its caption has the null
        return None
    return f"cell {column!r}: {text}"


SENTENCES = re.compile(
    r"z (below|from) [\d.]+|unrelated|null 0 ± 1|layer \d+|version \d+|tests? in the order of the model|table of \d+ rows|"
    r"level 2|1/√|a cosine of 0\.97|for example 0\.968|96\.8 % is 0\.968|each square covers|more stands? in the json|"
    r"highest level|sign test of every layer|public since|earliest deposit|layers that correspond|sha-256"
)


def _plain_text(names, text):
    heading = {"h1", "h2", "h3", "summary", "caption", "ol", "a", "label", "footer"} & set(names)
    return bool(heading) or bool(SENTENCES.search(text.casefold())) or bool(re.fullmatch(r"[\d .]+", text))
