"""The context at a place of a function, for each context in which that may be entered, see ``call_model.Through``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_lsp.project.call_model import NEVER, UNKNOWN, Through
from flask_lsp.project.needs import Level


def mapped(state: Through, change: Callable[[int], int]) -> Through:
    """The state with every context changed that can be there; what is unknown stays so, unless all is given."""
    found = [now if now == NEVER else _changed(now, change) for now in state]
    return found[0], found[1], found[2]


def _changed(now: int, change: Callable[[int], int]) -> int:
    result = change(now)
    return UNKNOWN if now == UNKNOWN and result != Level.REQUEST else result


def pushed(state: Through, level: int) -> Through:
    return mapped(state, lambda now: UNKNOWN if level == UNKNOWN else max(now, level))


def asked(state: Through, level: Level, truth: bool) -> Through:
    """The ways into a branch that asks for a context."""
    found = [
        NEVER if now == NEVER or (now != UNKNOWN and (now >= level) is not truth) else _told(now, level, truth)
        for now in state
    ]
    return found[0], found[1], found[2]


def _told(now: int, level: Level, truth: bool) -> int:
    if now != UNKNOWN:
        return now
    if truth and level is Level.REQUEST:
        return Level.REQUEST
    return Level.NONE if not truth and level is Level.APP else UNKNOWN


def where(state: Through, before: Through) -> Through:
    """``before``, where the place is reached at all."""
    found = [NEVER if now == NEVER else old for now, old in zip(state, before, strict=True)]
    return found[0], found[1], found[2]


def joined(states: Iterable[Through]) -> Through:
    found = [_agreed(column) for column in zip(*states, strict=True)]
    return found[0], found[1], found[2]


def _agreed(values: tuple[int, ...]) -> int:
    reached = {value for value in values if value != NEVER}
    if not reached:
        return NEVER
    return reached.pop() if len(reached) == 1 else UNKNOWN


def any_of(states: Iterable[Through]) -> Through:
    """The ways on where one of some tests turned out so. Where those that ask for a context did not, another did, which
    what follows may go by as well."""
    found = [
        UNKNOWN if NEVER in column and _agreed(column) not in (NEVER, Level.REQUEST) else _agreed(column)
        for column in zip(*states, strict=True)
    ]
    return found[0], found[1], found[2]
