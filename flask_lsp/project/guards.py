"""What a test asks for, what a handler expects, and which parts of a module do not run on import: what the walks over
events have in common as far as contexts go."""

from __future__ import annotations

from collections.abc import Sequence

from flask_lsp.facts.model import Body, Call, Compared, Either, Event, Leave, Literal, Negated, Path, Value
from flask_lsp.facts.traverse import every_event

RUN = (".run", ".run_until_complete")
LOOPS = frozenset(
    {
        "asyncio.run",
        *(f"asyncio.{loop}().run_until_complete" for loop in ("get_event_loop", "new_event_loop", "get_running_loop")),
    }
)
"""Run a coroutine to its end, in the context that is there."""
SUPPRESS = "contextlib.suppress()"
_ANY = frozenset({"builtins.Exception", "builtins.BaseException"})
_RAISED = frozenset({None, "builtins.RuntimeError", "builtins.AttributeError"})
"""Of Flask-Login's current user an attribute is missed."""
_TELLING = frozenset(
    {
        *("error", "exception", "critical", "fatal", "print", "print_exc", "capture_exception", "rollback", "retry"),
        *("abort", "exit"),
    }
)


def expects_none(handler: Body, types: Sequence[str | None]) -> bool:
    """The body of a handler may be there for what runs without a context: it catches what is raised then by its name,
    or along with all others without a word of what failed. ``types`` are the canonical names."""
    if any(name not in _ANY for name in types):
        return not _RAISED.isdisjoint(types)
    return not any(_tells(event) for event in every_event(handler))


def plain_test(test: Value) -> tuple[Value, bool]:
    """What a test asks for, and whether it has to be true: ``bool(x)``, ``x is False``."""
    match test:
        case Path(text="bool()", args=(inner,)):
            return plain_test(inner)
        case Negated(value=inner):
            asked, truth = plain_test(inner)
            return asked, not truth
        case Compared(
            left=left, operators=(("Is" | "Eq" | "IsNot" | "NotEq") as how,), rights=(Literal(value=bool(to)),)
        ):
            asked, truth = plain_test(left)
            return asked, truth is (to is (how in ("Is", "Eq")))
        case _:
            return test, True


def _tells(event: Event) -> bool:
    match event:
        case Call(value=Path(text=text)):
            return text.removesuffix("()").rpartition(".")[2] in _TELLING
        case Leave(how="raise"):
            return True
        case _:
            return False


def never_runs(test: Value) -> int | None:
    """The body of a branch that does not run on import: that of ``if TYPE_CHECKING``, the script part."""
    match test:
        case Path(text="TYPE_CHECKING" | "typing.TYPE_CHECKING" | "t.TYPE_CHECKING"):
            return 0
        case Negated(value=value):
            return 1 if never_runs(value) == 0 else None
        case Compared(left=Path(text="__name__"), operators=("Eq",)):
            return 0
        case Compared(operators=("Eq",), rights=(Path(text="__name__"),)):
            return 0
        case Either(values=values) if any(never_runs(value) == 0 for value in values):
            return 0
        case Literal(value=value):
            return 1 if value else 0
        case _:
            return None
