"""Runs the bodies of modules as Python does, as far as imports are concerned: which module is there when, and which of
its names are bound.

Where a test is not known and it matters, the run is repeated for each way; what all ways agree on is known.
"""

from __future__ import annotations

from flask_lsp.facts.importing import (
    Called,
    Function_,
    Gone,
    Load,
    Name,
    Out,
    Read,
    Scope,
    Step,
    Steps,
)
from flask_lsp.project.execution_flow import Flow
from flask_lsp.project.execution_model import (
    MAIN,
    OTHER,
    Callable_,
    Ended,
    Failure,
    Frame,
    Module,
    Running,
    Start,
    Verdict,
    World,
)

_MOST_RUNS = 16
_MOST_MODULES = 400
"""Imports within imports; Python gives up before that."""


def run(world: World, start: Start) -> Verdict:
    """How the start ends, over all the ways it may take."""
    choices: list[int] = []
    known: Verdict | None = None
    for _ in range(_MOST_RUNS):
        once = _Run(world, start, tuple(choices))
        found = once.go()
        known = found if known is None else _agreed(known, found)
        choices = [chosen for chosen, _ in once.chosen]
        options = [count for _, count in once.chosen]
        while choices and choices[-1] + 1 >= options[len(choices) - 1]:
            choices.pop()
        if not choices:
            return known
        choices[-1] += 1
        if not known.known and not known.early and not known.late:
            return known
    return Verdict(False, known.failure if known else None)


def _agreed(one: Verdict, other: Verdict) -> Verdict:
    same = one.known and other.known and _place(one.failure) == _place(other.failure)
    early = tuple(each for each in one.early if any(each[:3] == more[:3] for more in other.early))
    late = tuple(each for each in one.late if each in other.late)
    return Verdict(same, one.failure, early, late)


def _place(failure: Failure | None) -> object:
    return failure and (failure.kind, failure.name, failure.module, failure.site)


class _Run(Flow):
    """One way through the modules."""

    def go(self) -> Verdict:
        failure: Failure | None = None
        for document in self.start.documents:
            found = self._trampoline(self._start(document))
            failure = failure or found
            self.trail.clear()
        return Verdict(self.known, failure, tuple(self.early), tuple(self.late))

    def _trampoline(self, first: Running) -> Failure | None:
        """Runs modules within modules without recursion."""
        stack: list[tuple[str, Running]] = [("", first)]
        answer: Failure | None = None
        while stack:
            key, running = stack[-1]
            try:
                wanted = running.send(answer) if answer is not None else next(running)
                answer = None
            except StopIteration as stop:
                stack.pop()
                ended: Ended = stop.value
                answer = self._ended(key, ended)
                continue
            if len(stack) > _MOST_MODULES:
                self.known = False
                self.modules[wanted].running = False
                continue
            stack.append((wanted, self._body(self.modules[wanted])))
        return answer

    def _ended(self, key: str, ended: Ended) -> Failure | None:
        if key and (module := self.modules.get(key)) is not None:
            module.running = False
        if isinstance(ended, Out):
            ended = Failure(ended.value or "?", "", "", False, None, ()) if ended.how == "raise" else None
        if ended is not None and key:
            self.modules.pop(key, None)
        return ended

    # -- the start -----------------------------------------------------------------------------------------------------

    def _start(self, document: str) -> Running:
        layout = self.world.layout
        chain = layout.chain(document, self.start.roots)
        if self.start.script or self.start.package:
            failed = (yield from self._bring(chain[:-1])) if self.start.package else None
            if failed is not None:
                return failed
            key = document + MAIN
            self.modules[key] = Module(key, (*chain[:-1], key) if self.start.package else (key,), is_main=True)
            return (yield key)
        failed = yield from self._bring(chain)
        if failed is None and (module := self.modules.get(document)) is not None:
            for name in self.start.calls:
                if isinstance(value := module.names.get(name), Callable_):
                    frame = Frame(module, 0, document)
                    ended = yield from self._call(value, frame)
                    if isinstance(ended, Failure):
                        return ended
        return failed

    def _body(self, module: Module) -> Running:
        document = module.document
        for block, steps in enumerate(self.world.program(document)):
            ended = yield from self._steps(steps, Frame(module, block, document))
            if ended is not None:
                return ended
        return None

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _steps(self, steps: Steps, frame: Frame) -> Running:
        for step in steps:
            ended = yield from self._step(step, frame)
            if ended is not None:
                return ended
        return None

    def _step(self, step: Step, frame: Frame) -> Running:
        match step:
            case Name():
                self._name(step, frame)
            case Read(path, at):
                _, failure = self._read(path, frame, at)
                return failure
            case Load():
                return (yield from self._load(step, frame))
            case Called():
                return (yield from self._called(step, frame))
            case Function_(name=name):
                self._bind(name, Callable_(frame.module.key, frame.block, step) if step.body else OTHER, frame)
            case Gone(name):
                names = frame.module.names if frame.scope is None else frame.scope
                names.pop(name, None)
            case Scope(name, body):
                around = frame.scope if frame.in_function else frame.around
                inner = Frame(frame.module, frame.block, frame.document, {}, around, depth=frame.depth)
                ended = yield from self._steps(body, inner)
                if ended is not None:
                    return ended
                self._bind(name, OTHER, frame)
            case Out():
                return step
            case _:
                return (yield from self._compound(step, frame))
        return None
