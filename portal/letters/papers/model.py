"""A document to be handed over: what is in it, in order, without any layout. Both writers, PDF and ODT, take it. No Django."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Prose:
    """Text as a person wrote it: empty lines part paragraphs, single line ends stay."""

    text: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        text = self.text.replace("\r\n", "\n")
        return tuple(part.strip("\n") for part in text.split("\n\n") if part.strip())


@dataclass(frozen=True)
class Facts:
    """Pairs of term and value."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """`columns` are the headers, each row has as many cells. `numbers` are the columns set to the right, from 0."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


Block = Heading | Prose | Facts | Table


@dataclass(frozen=True)
class Words:
    """The fixed words of a document in its language."""

    number: str
    not_numbered: str
    date: str
    page: str  # with {page} and {pages}


@dataclass(frozen=True)
class Paper:
    title: str
    issuer: str
    number: str  # empty where the document has none
    date: datetime | None  # aware; the day the document was made, never the day it is printed
    language: str  # "ko" or "en"
    words: Words
    blocks: tuple[Block, ...] = field(default_factory=tuple)
