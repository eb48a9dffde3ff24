"""What the board, the list and the page of a deal show."""

from khoi.pipeline.queries.asked import FIELDS, record_of
from khoi.pipeline.queries.board import Board, Card, Cash, Column, End, board, cards_of, cash, further_cards, stages_of
from khoi.pipeline.queries.courses import (
    Gate,
    Milestone,
    Need,
    Passage,
    course,
    gate,
    last_move,
    left_from,
    moves_of,
    next_stage,
)
from khoi.pipeline.queries.finding import accounts_of, owners_of_deals, people_named
from khoi.pipeline.queries.lists import SORTS, Part, every, every_by_own, known_sort, part, part_by_own
from khoi.pipeline.queries.steps import has_next_step, has_task, next_steps_of, open_tasks
from khoi.pipeline.queries.wanted import STATES, VIEWS, Wanted, deals, read_wanted, scope, views_of

__all__ = [
    "FIELDS",
    "SORTS",
    "STATES",
    "VIEWS",
    "Board",
    "Card",
    "Cash",
    "Column",
    "End",
    "Gate",
    "Milestone",
    "Need",
    "Part",
    "Passage",
    "Wanted",
    "accounts_of",
    "board",
    "cards_of",
    "cash",
    "course",
    "deals",
    "every",
    "every_by_own",
    "further_cards",
    "gate",
    "has_next_step",
    "has_task",
    "known_sort",
    "last_move",
    "left_from",
    "moves_of",
    "next_stage",
    "next_steps_of",
    "open_tasks",
    "owners_of_deals",
    "part",
    "part_by_own",
    "people_named",
    "read_wanted",
    "record_of",
    "scope",
    "stages_of",
    "views_of",
]
