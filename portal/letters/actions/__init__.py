from portal.letters.actions.numbers import assign_number
from portal.letters.actions.posting import LetterError, acknowledge, post_letter, send_again
from portal.letters.actions.sending import send_due_letters

__all__ = ["LetterError", "acknowledge", "assign_number", "post_letter", "send_again", "send_due_letters"]
