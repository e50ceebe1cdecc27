"""The only writes of the blind console, one file per journey."""

from portal.console.actions.endpoints import EndpointData, check_endpoint, enter_endpoint
from portal.console.actions.ratings import rate, sign_ratings, withdraw_rating
from portal.console.actions.rounds import RoundTerms, change_round, draft_round, enrol, move_round, open_round
from portal.console.actions.talking import answer_question, put_question
from portal.console.actions.trials import begin, finish, set_aside

__all__ = [
    "EndpointData",
    "RoundTerms",
    "answer_question",
    "begin",
    "change_round",
    "check_endpoint",
    "draft_round",
    "enrol",
    "enter_endpoint",
    "finish",
    "move_round",
    "open_round",
    "put_question",
    "rate",
    "set_aside",
    "sign_ratings",
    "withdraw_rating",
]
