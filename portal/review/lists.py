"""Lists that people upload or paste: every bad row with its number, and nothing taken from a list that has one."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext as _

from portal.common.posted import number_of, without_nul
from portal.review.actions import Guest, PoolPerson, Quota
from portal.review.enums import SeatKind, Sex

MAX_BYTES = 1024 * 1024
MAX_ROWS = 5000
LONGEST_EMAIL = 254  # as the tables keep it
Row = TypeVar("Row", Guest, PoolPerson, Quota)

# What a column or a word may be called; the first is the one in the help text.
COLUMNS: dict[str, tuple[str, ...]] = {
    "email": ("email", "이메일", "전자우편", "e-mail"),
    "name": ("name", "이름", "성명"),
    "seat": ("seat", "자리", "구분"),
    "sex": ("sex", "성별"),
    "age": ("age", "연령대", "연령", "age_group"),
    "seats": ("seats", "정원", "인원"),
    "alternates": ("alternates", "예비", "예비인원"),
    "entry": ("entry", "참가", "참가번호", "팀"),
    "part": ("part", "부문"),
    "item": ("item", "항목"),
    "value": ("value", "값", "측정값"),
    "target": ("target", "목표", "목표값"),
    "stderr": ("stderr", "표준오차"),
    "raw": ("raw", "원자료", "원값"),
    "reason": ("reason", "사유", "정정사유"),
}
SEXES = {"female": Sex.FEMALE, "f": Sex.FEMALE, "여": Sex.FEMALE, "여성": Sex.FEMALE,
         "male": Sex.MALE, "m": Sex.MALE, "남": Sex.MALE, "남성": Sex.MALE}  # fmt: skip
SEATS = {"": SeatKind.REGULAR, "regular": SeatKind.REGULAR, "위원": SeatKind.REGULAR, "chair": SeatKind.CHAIR,
         "위원장": SeatKind.CHAIR, "alternate": SeatKind.ALTERNATE, "예비": SeatKind.ALTERNATE,
         "예비위원": SeatKind.ALTERNATE}  # fmt: skip


class Fault(NamedTuple):
    line: int  # 1 is the header
    text: str

    def __str__(self) -> str:
        return _("Line %(line)s: %(text)s") % {"line": self.line, "text": self.text}


class BadRow(ValueError):
    """What is wrong with one row, fit for people."""


def text_of(content: bytes) -> str:
    """UTF-8, or the Korean encoding that spreadsheets write; BadRow when it is neither, or too large."""
    if len(content) > MAX_BYTES:
        raise BadRow(_("The file is larger than 1 MiB."))
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return without_nul(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise BadRow(_("The file is neither UTF-8 nor CP949 text. Save it as CSV and upload it again."))


def read_guests(text: str, *, barred: Mapping[str, str]) -> tuple[list[Guest], list[Fault]]:
    """Columns email, name, seat. `barred` says which address gets no seat, and why."""

    def guest(row: Mapping[str, str]) -> Guest:
        email = _email(row)
        if why := barred.get(email):
            raise BadRow(f"{email}: {why}")
        kind = SEATS.get(row.get("seat", "").lower())
        if kind is None:
            raise BadRow(_("“%(word)s” is no kind of seat; use chair, regular or alternate") % {"word": row["seat"]})
        return Guest(email, row.get("name", "")[:80], kind)

    return _read(text, needed=("email",), make=guest, key=lambda row: row.email)


def read_pool(
    text: str, *, ages: Sequence[tuple[Sex, str]], barred: Mapping[str, str]
) -> tuple[list[PoolPerson], list[Fault]]:
    """Columns email, name, sex, age; sex and age must make a cell that has a quota."""

    def person(row: Mapping[str, str]) -> PoolPerson:
        email, sex, age = _email(row), _sex(row), row["age"]
        if (sex, age) not in ages:
            raise BadRow(_("there is no quota for %(cell)s") % {"cell": f"{row['sex']} {age}"})
        if why := barred.get(email):
            raise BadRow(f"{email}: {why}")
        return PoolPerson(email, sex, age, row.get("name", "")[:80])

    return _read(text, needed=("email", "sex", "age"), make=person, key=lambda row: row.email)


def read_quotas(text: str) -> tuple[list[Quota], list[Fault]]:
    """Columns sex, age, seats, alternates."""

    def quota(row: Mapping[str, str]) -> Quota:
        age = row["age"]
        if not age or len(age) > 12:
            raise BadRow(_("the age group is empty or longer than 12 characters"))
        return Quota(_sex(row), age, _count(row["seats"]), _count(row.get("alternates", "") or "0"))

    return _read(text, needed=("sex", "age", "seats"), make=quota, key=lambda row: f"{row.sex} {row.age_group}")


def _read(
    text: str, *, needed: Sequence[str], make: Callable[[Mapping[str, str]], Row], key: Callable[[Row], str]
) -> tuple[list[Row], list[Fault]]:
    found: list[Row] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    try:
        for line, cells in rows_in(text, needed):
            try:
                row = make(cells)
                if (before := first.setdefault(key(row), line)) != line:
                    raise BadRow(_("“%(what)s” stands in line %(line)s already") % {"what": key(row), "line": before})
            except BadRow as fault:
                faults.append(Fault(line, str(fault)))
            else:
                found.append(row)
    except (BadRow, csv.Error) as fault:
        return [], [Fault(1, str(fault))]
    if not found and not faults:
        faults.append(Fault(1, _("the list has no row below its header")))
    return found, faults


def rows_in(text: str, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> text) of every row that is not empty. The header is the first line."""
    head = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=max(",;\t", key=head.count), strict=True)
    header = [_column(cell) for cell in next(reader, [])]
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadRow(_("the header lacks the columns: %(names)s") % {"names": ", ".join(missing)})
    for number, cells in enumerate(reader):
        if number >= MAX_ROWS:
            raise BadRow(_("the list has more than %(count)s rows") % {"count": MAX_ROWS})
        values = [cell.strip() for cell in cells]
        if any(values):
            values += [""] * (len(header) - len(values))
            yield reader.line_num, dict(zip(header, values, strict=False))


def _column(cell: str) -> str:
    word = cell.strip().lower()
    return next((name for name, words in COLUMNS.items() if word in words), word)


def _email(row: Mapping[str, str]) -> str:
    email = row["email"].lower()
    try:
        validate_email(email)
        MaxLengthValidator(LONGEST_EMAIL)(email)
    except ValidationError:
        raise BadRow(_("“%(word)s” is no email address") % {"word": row["email"]}) from None
    return email


def _sex(row: Mapping[str, str]) -> Sex:
    sex = SEXES.get(row["sex"].lower())
    if sex is None:
        raise BadRow(_("“%(word)s” is no sex of the quotas; use female or male") % {"word": row["sex"]})
    return sex


def _count(text: str) -> int:
    count = number_of(text, default=-1)
    if not 0 <= count <= 10_000:
        raise BadRow(_("“%(word)s” is no number of people") % {"word": text[:40]})
    return count
