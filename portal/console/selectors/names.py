"""Every name by which a model of the round could give its maker away: of all makers alike, whoever answers."""

import re
from collections.abc import Iterable, Iterator

from portal.console.models import Endpoint, Round
from portal.console.names import Finder
from portal.consortia.models import Consortium
from portal.consortia.selectors import institutions_in

# Words that name no maker by themselves; what is left of "Garam Consortium" without them is masked too.
FORMS = frozenset(
    [
        "컨소시엄",
        "consortium",
        "주식회사",
        "(주)",
        "㈜",
        "유한회사",
        "재단법인",
        "사단법인",
        "inc",
        "corp",
        "corporation",
        "co",
        "ltd",
        "llc",
        "company",
    ]
)
VARIANT = re.compile(r"^(v?\d+(\.\d+)*|\d+(\.\d+)?[bmk]|a\d+b|instruct|chat|base|preview|it|moe)$", re.IGNORECASE)


def finder_for(evaluation: Round) -> Finder:
    return Finder(maker_names(evaluation))


def maker_names(evaluation: Round) -> set[str]:
    phase = evaluation.panel.phase
    teams = Consortium.objects.filter(entries__phase=phase).distinct()
    names = {name for team in teams for name in (*_with_short(team.name_ko, team.name_en), team.slug)}
    for place in institutions_in(phase):
        names.update(_with_short(place.institution.name_ko, place.institution.name_en))
    for endpoint in Endpoint.objects.filter(entry__phase=phase):
        names.update((*model_names(endpoint.model), *_lines(endpoint.other_names)))
    return names | set(_lines(evaluation.other_names))


def _with_short(*names: str) -> Iterator[str]:
    for name in names:
        yield name
        yield " ".join(word for word in name.split() if word.casefold().strip(".,") not in FORMS)


def model_names(model: str) -> Iterator[str]:
    """The whole name, its parts before and after the bar, and what is left without size and variant: "Garam" of "org/Garam-7B-Chat"."""
    yield model
    for part in model.split("/"):
        yield part
        words = [word for word in re.split(r"[-_. :]+", part) if word and not VARIANT.match(word)]
        if words:
            yield " ".join(words)


def _lines(text: str) -> Iterable[str]:
    return (line.strip() for line in text.splitlines() if line.strip())
