from portal.letters.actions.numbers import Paper, assign_number, assign_numbers
from portal.letters.actions.posting import LetterError, acknowledge, post_letter, send_again
from portal.letters.actions.sending import send_due_letters

__all__ = [
    "LetterError",
    "Paper",
    "acknowledge",
    "assign_number",
    "assign_numbers",
    "post_letter",
    "send_again",
    "send_due_letters",
]
