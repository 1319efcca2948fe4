"""The paths through one function: branches, loops, ``try``, early returns, and what is open on each of them.

What may be open, and what a call or a context manager makes of it, is for the classes that build on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeAlias, TypeVar

from flask_lsp.facts.transactions import Act, Again, Attempt, Fork, Out, Script, Step, Under

_MOST_PATHS = 24

Open = TypeVar("Open", bound=tuple[object, ...])
Paths: TypeAlias = "frozenset[frozenset[Open]]"
"""What is open, for each path that leads to a place; no path: it is not reached."""


class PathWalk(ABC, Generic[Open]):
    def __init__(self) -> None:
        self.exits: list[Paths[Open]] = []
        self._loops: list[list[Paths[Open]]] = []
        self._watching: list[set[frozenset[Open]]] = []

    # -- what is made of it ----------------------------------------------------------------------------------------

    @abstractmethod
    def act(self, act: Act, paths: Paths[Open]) -> Paths[Open]:
        """What is open behind a call or an assignment."""

    @abstractmethod
    def under(self, step: Under, paths: Paths[Open]) -> Paths[Open]:
        """What is open behind the body of a ``with``."""

    def fork(self, step: Fork, paths: Paths[Open]) -> Paths[Open]:
        return joined(self.body(body, paths) for body in step.bodies)

    def again(self, step: Again, paths: Paths[Open]) -> Paths[Open]:
        self._loops.append([])
        once = self.body(step.body, paths)
        twice = self.body(step.body, joined((paths, once, *self._loops[-1])))
        jumps = self._loops.pop()
        return self.body(step.orelse, joined((paths, once, twice, *jumps)))

    def handled(self, step: Attempt, paths: Paths[Open]) -> tuple[Paths[Open], list[Paths[Open]]]:
        """What is open behind the body of a ``try``, and behind each of its handlers."""
        after, seen = self.watched(step.body, paths)
        return after, [self.body(handler.body, seen) for handler in step.handlers]

    # -- steps -----------------------------------------------------------------------------------------------------

    def body(self, script: Script, paths: Paths[Open]) -> Paths[Open]:
        for step in script:
            if not paths:
                return paths
            paths = self.step(step, paths)
            for watcher in self._watching:
                watcher.update(paths)
        return paths

    def step(self, step: Step, paths: Paths[Open]) -> Paths[Open]:
        match step:
            case Act():
                return self.act(step, paths)
            case Fork():
                return self.fork(step, paths)
            case Again():
                return self.again(step, paths)
            case Under():
                return self.under(step, paths)
            case Attempt():
                return self._attempt(step, paths)
            case Out():
                return self.out(step, paths)
            case _:
                return paths

    def watched(self, script: Script, paths: Paths[Open]) -> tuple[Paths[Open], Paths[Open]]:
        """What is open behind a body, and what may be at any place in it."""
        self._watching.append(set(paths))
        after = self.body(script, paths)
        return after, few(frozenset(self._watching.pop()))

    def apart(self, script: Script) -> tuple[list[Paths[Open]], bool]:
        """A body that begins with nothing open: what is on each way out of it, and whether one of them leaves the
        function."""
        exits, self.exits = self.exits, []
        loops, self._loops = self._loops, [[]]
        end = self.body(script, start())
        found = [end, *self.exits, *self._loops[-1]]
        left_early = any(self.exits)
        self.exits, self._loops = exits, loops
        return found, left_early

    def out(self, step: Out, paths: Paths[Open]) -> Paths[Open]:
        if step.how == "return":
            self.exits.append(paths)
        elif step.how in ("break", "continue") and self._loops:
            self._loops[-1].append(paths)
        elif step.how == "yield":
            return paths
        return frozenset()

    def _attempt(self, step: Attempt, paths: Paths[Open]) -> Paths[Open]:
        first = len(self.exits)
        if not step.final:
            return self._tried(step, paths)
        after, seen = self._tried_watched(step, paths)
        self.exits[first:] = [self.body(step.final, each) for each in self.exits[first:]]
        self.body(step.final, seen)
        return self.body(step.final, after)

    def _tried_watched(self, step: Attempt, paths: Paths[Open]) -> tuple[Paths[Open], Paths[Open]]:
        self._watching.append(set(paths))
        after = self._tried(step, paths)
        return after, few(frozenset(self._watching.pop()))

    def _tried(self, step: Attempt, paths: Paths[Open]) -> Paths[Open]:
        after, handled = self.handled(step, paths)
        return joined((self.body(step.orelse, after), *handled))


def start() -> Paths[Open]:
    """One path, on which nothing is open."""
    return frozenset((frozenset[Open](),))


def joined(each: Iterable[Paths[Open]]) -> Paths[Open]:
    return few(frozenset[frozenset[Open]]().union(*each))


def few(paths: Paths[Open]) -> Paths[Open]:
    """Many paths become one: what is open on any of them."""
    return paths if len(paths) <= _MOST_PATHS else frozenset((frozenset[Open]().union(*paths),))
