"""The declarations of a team as forms: rows that need no script, kept as a draft, read as strictly as a file."""

from portal.submissions.declaration_forms.components import ComponentSheet
from portal.submissions.declaration_forms.sheets import Sheet
from portal.submissions.declaration_forms.training import TrainingSheet
from portal.submissions.enums import Role

SHEETS: dict[Role, type[Sheet]] = {
    Role.COMPONENT_DECLARATION: ComponentSheet,
    Role.TRAINING_DECLARATION: TrainingSheet,
}

__all__ = ("SHEETS", "ComponentSheet", "Sheet", "TrainingSheet")
