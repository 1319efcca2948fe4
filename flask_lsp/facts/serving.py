"""How a file starts Flask's development server when it is run as a program."""

from __future__ import annotations

from collections.abc import Iterator

from flask_lsp.facts.model import Body, Branch, Call, Function, Literal, Path, Try, With
from flask_lsp.facts.traverse import every_event

_RUN = ".run()"
_ASKED = ("host", "port")
"""Parameters of ``Flask.run``, in their order."""


def always(body: Body) -> Iterator[Call]:
    """The calls of a body that nothing but being run as a program decides on."""
    for event in body:
        match event:
            case Call():
                yield event
            case Branch(bodies=(first, *_)) if asks_name(event):
                yield from always(first)
            case With(body=inner) | Try(body=inner):
                yield from always(inner)
            case _:
                pass


def asks_name(branch: Branch) -> bool:
    """The branch is taken where the file is run as a program, or is not."""
    return "__name__" in repr(branch.test)


def is_run(call: Call) -> bool:
    """``app.run()``, by the look of it."""
    return call.value.text.endswith(_RUN)


def host_and_port(call: Path) -> tuple[str, str]:
    """What ``app.run()`` is told, empty where that is nothing or no literal."""
    host, port = (call.keyword(name) or next(iter(call.args[at : at + 1]), None) for at, name in enumerate(_ASKED))
    return _text(host), _text(port)


def _text(value: object) -> str:
    return str(value.value) if isinstance(value, Literal) and value.value is not None else ""


def runs_in(function: Function) -> tuple[Path, ...]:
    """The servers that a call of the function surely starts, by the look of it."""
    if not any(isinstance(event, Call) and is_run(event) for event in every_event(function.body)):
        return ()  # nearly always; to read the tests of branches takes longer
    return tuple([event.value for event in always(function.body) if is_run(event)])
