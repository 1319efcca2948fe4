"""Prints the routes of running applications as JSON: ``python dump_url_map.py module:expression ...``."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from typing import Any


def view_of(function: Any) -> list[str] | None:
    """The file and the qualified name of a view."""
    view = getattr(function, "view_class", None) or inspect.unwrap(function)
    view = getattr(view, "view_class", view)
    if not inspect.isfunction(view) and not inspect.isclass(view):
        view = getattr(view, "__func__", None)
    if view is None:
        return None
    try:
        file = inspect.getsourcefile(view)
    except TypeError:
        return None
    return [str(file), view.__qualname__.replace(".<locals>", "")]


def routes_of(app: Any) -> list[dict[str, Any]]:
    return [
        {
            "rule": rule.rule,
            "endpoint": rule.endpoint,
            "methods": sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}),
            "subdomain": rule.subdomain or "",
            "view": view_of(app.view_functions[rule.endpoint]) if rule.endpoint in app.view_functions else None,
        }
        for rule in app.url_map.iter_rules()
    ]


def main() -> None:
    found: dict[str, Any] = {}
    sys.path.insert(0, "")
    for target in sys.argv[1:]:
        folder, module, expression = ("", *target.split(":")) if target.count(":") == 1 else target.split(":")
        sys.path.insert(0, folder)
        found[target] = routes_of(eval(expression, vars(importlib.import_module(module))))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
