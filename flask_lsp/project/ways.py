"""What is known after one of several ways was taken through a body."""

from __future__ import annotations

from flask_lsp.facts.script import Each, Give, Maybe, Steps
from flask_lsp.project.route_model import UNKNOWN
from flask_lsp.project.things import Value


def gives_something(bodies: tuple[Steps, ...]) -> bool:
    """A ``return`` is in there, not only a ``raise``."""
    for body in bodies:
        for step in body:
            match step:
                case Give(value=value) if value is not None:
                    return True
                case Maybe(bodies=inner) if gives_something(inner):
                    return True
                case Each(body=inner) if gives_something((inner,)):
                    return True
                case _:
                    pass
    return False


def merged(before: dict[str, Value], after: list[dict[str, Value]], handlers: bool) -> dict[str, Value]:
    """What names are after one of several ways was taken."""
    if handlers:
        return {**{name: value for each in after for name, value in each.items()}, **before}
    found = dict(before)
    for name in {name for each in after for name in each}:
        values = [each[name] for each in after if name in each]
        same = all(value is values[0] or value == values[0] for value in values)
        found[name] = values[0] if same else UNKNOWN
    return found
