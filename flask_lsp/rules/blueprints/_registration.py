"""The calls by which blueprints are registered, as nodes: for fixes that change them."""

from __future__ import annotations

import ast

from flask_lsp.facts.values import path_of
from flask_lsp.project.project import Project
from flask_lsp.project.routes import Registration


def calls_of(project: Project, registration: Registration) -> list[tuple[int, ast.Call]]:
    """The calls that may be this registration, with the offsets of their blocks."""
    file = project.files.get(registration.document)
    if file is None:
        return []
    return [
        (start, node)
        for start, block in file.tree.blocks
        for node in block.nodes.order
        if isinstance(node, ast.Call) and _registers(node) and _may_be(node, registration)
    ]


def _registers(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "register_blueprint"


def _may_be(node: ast.Call, registration: Registration) -> bool:
    """The call names the blueprint as the registration does, gives a prefix if it does, and the same one if both can be
    read."""
    blueprint = next((keyword.value for keyword in node.keywords if keyword.arg == "blueprint"), None)
    if path_of(node.args[0] if node.args else blueprint or node) != registration.given:
        return False
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "url_prefix"), None)
    if isinstance(given, ast.Constant):
        return given.value == registration.prefix
    return (given is None) == (registration.prefix is None)
