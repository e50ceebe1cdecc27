"""What both forms are made of: fields that stand once, and lists of rows that grow and shrink on the server."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

Values = dict[str, str]
LONGEST_VALUE = 20_000  # characters kept of one field, whatever is typed


class Rows(forms.BaseFormSet):
    """Rows of which empty ones are left out; none of them is ever taken for one that was there before."""

    def initial_form_count(self) -> int:
        return 0

    @property
    def filled(self) -> list[dict[str, Any]]:
        """The cleaned rows that say something, in their order."""
        return [form.cleaned_data for form in self.forms if form.has_changed()]


class Sheet(ABC):
    """One declaration on one page. `lists` names each list of rows with its row form and how many there may be.

    `values` is what was typed or kept, under the names of the inputs. Bound sheets are checked, others only shown.
    """

    main: ClassVar[type[forms.Form]] = forms.Form
    lists: ClassVar[Mapping[str, tuple[type[forms.Form], int]]] = {}
    file_name: ClassVar[str] = "declaration.json"

    def __init__(self, values: Values, *, is_bound: bool = False) -> None:
        self.form = self.main(values if is_bound else None, initial=None if is_bound else values)
        self.rows = {name: self._list(name, values, is_bound=is_bound) for name in self.lists}

    def _list(self, name: str, values: Values, *, is_bound: bool) -> Any:
        kind, most = self.lists[name]
        rows = rows_in(values, name, kind)
        factory = forms.formset_factory(
            kind, formset=Rows, extra=len(rows), max_num=most, absolute_max=most, validate_max=True
        )
        if is_bound:
            return factory(values, prefix=name, form_kwargs={"use_required_attribute": False})
        return factory(initial=rows, prefix=name, form_kwargs={"use_required_attribute": False})

    def is_valid(self) -> bool:
        """Check every part, so that all faults show at once."""
        checks = [self.form.is_valid(), *(rows.is_valid() for rows in self.rows.values())]
        return all(checks)

    @abstractmethod
    def content(self, *, name: str) -> bytes:
        """Return the file that this sheet stands for; raises the declaration's own error where it cannot be read."""


def rows_in(values: Values, prefix: str, kind: type[forms.Form]) -> list[Values]:
    """Return the rows of one list as they were typed."""
    count = values.get(f"{prefix}-TOTAL_FORMS", "0")
    total = min(int(count), 1000) if count.isdecimal() and len(count) < 9 else 0
    return [{name: values.get(f"{prefix}-{place}-{name}", "") for name in kind.base_fields} for place in range(total)]


def with_rows(values: Values, prefix: str, rows: Sequence[Mapping[str, str]]) -> Values:
    """Return the values with these rows in the list, and the count that goes with them."""
    others = {name: value for name, value in values.items() if not name.startswith(f"{prefix}-")}
    placed = {
        f"{prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items() if value
    }
    return {**others, **placed, f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}


def typed(data: Mapping[str, Any], sheet: type[Sheet]) -> Values:
    """Return what was typed into the inputs of a sheet, and nothing else; a NUL character is no text of a database."""
    names = set(sheet.main.base_fields)
    prefixes = tuple(f"{name}-" for name in sheet.lists)
    return {
        name: str(value).replace("\x00", "")[:LONGEST_VALUE]
        for name, value in data.items()
        if name in names or name.startswith(prefixes)
    }
