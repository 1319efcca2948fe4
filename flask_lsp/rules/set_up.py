"""Where an application is set up, and how a fix adds a line there, ``db.init_app(app)``, with the import it needs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from flask_lsp.facts.model import Import
from flask_lsp.frozen import frozen
from flask_lsp.project.places import imported, place
from flask_lsp.project.project import File, Project
from flask_lsp.project.routes import Key
from flask_lsp.rules.editing import Editing
from flask_lsp.rules.own_modules import import_line, module_name, name_of, runs
from flask_lsp.syntax.nodes import walk
from flask_lsp.syntax.parse import Block


@frozen(eq=False)
class SetUp:
    """The statements that set an application up, from the one that makes it on."""

    start: int
    block: Block
    statements: list[ast.stmt]
    app: str
    """The name of the application there."""
    blocks: tuple[tuple[int, Block], ...] = ()
    """In a module body, the block of each statement."""
    function: ast.FunctionDef | None = None

    def placed(self, index: int) -> tuple[int, Block, ast.stmt]:
        start, block = self.blocks[index] if self.blocks else (self.start, self.block)
        return start, block, self.statements[index]


Says = Callable[[ast.Call, str], bool]
"""Whether a call, to an application of that name, is of the kind that goes together."""


def initialises(call: ast.Call, app: str) -> bool:
    """``db.init_app(app)``."""
    match call:
        case ast.Call(func=ast.Attribute(attr="init_app"), args=[ast.Name(id=name), *_]):
            return name == app
        case _:
            return False


def registers(call: ast.Call, app: str) -> bool:
    """``app.register_blueprint(bp)``."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="register_blueprint")):
            return name == app
        case _:
            return False


def add_line(editing: Editing, app: Key, kinds: tuple[Says, ...], thing: Key, line: Callable[[str, str], str]) -> None:
    """Adds ``line(thing, app)`` where the application is set up: behind the last call of the first of ``kinds`` that
    there is, else behind its configuration. The file of ``editing`` may be that one or another."""
    file = editing.project.files[app[0]]
    found = next(set_ups(file, app[1]), None)
    if found is None:
        editing.impossible = True
        return
    at, index = _place(file, found, kinds)
    document, name = thing
    start, _, statement = at.placed(index)
    if document == app[0] and at.function is not None and at.block.nodes.binds(at.function, name):
        editing.impossible = True  # there the name means something else
        return
    if document == app[0] and registers in kinds and (last := _last_addition(at, index, name)) is not None:
        start, _, statement = at.placed(last)
    elif document == app[0] and not _is_bound_before(file, name, at, index):
        start, statement = _binding(file, name, start, statement)
    known = _imported_later(editing.project, file, at, index, thing)
    if known is not None:
        start, statement = known[0], known[1]
    other = editing.elsewhere(app[0], start)
    if document == app[0]:
        lines = (line(name, at.app),)
    elif known is not None:
        lines = (line(known[2], at.app),)
    elif runs(editing.project, document, app[0]):
        imported = import_line(other, document, name)
        if imported is None:
            editing.impossible = True
            return
        lines = (imported[0], line(imported[1], at.app))
    else:
        lines = (line(name_of(other, document, name), at.app),)
    other.insert_after(statement, *lines)


def configure(editing: Editing, app: Key, key: str, value: Callable[[Editing], str]) -> None:
    """Sets a key behind the configuration of the application, in whichever file that stands."""
    file = editing.project.files[app[0]]
    found = next(set_ups(file, app[1]), None)
    if found is None:
        editing.impossible = True
        return
    at, index = _place(file, found, ())
    start, _, statement = at.placed(index)
    other = editing.elsewhere(app[0], start)
    other.insert_after(statement, f"{at.app}.config[{other.string(key)}] = {value(other)}")


def can_add(project: Project, document: str, app: Key, name: str) -> bool:
    """A line about ``name`` of the file can be added where the application is set up, without a circular import. A
    question for ``Context.ask``."""
    function, _, application = app[1].rpartition(".")
    if not application.isidentifier():
        return False
    if document == app[0]:  # there the name may mean something else
        imports = [each for each in project.files[document].facts.imports if each.function == function]
        return not function or all(each.attribute != name for each in imports)
    named = module_name(project, app[0], document) is not None
    return named and ("." in app[1] or not runs(project, document, app[0]))


def name_in(project: Project, document: str, app: Key) -> str | None:
    """The name by which a file imports the application. A question for ``Context.ask``."""
    for local, ats in project.files[document].facts.bindings.items():
        if len(ats) == 1 and isinstance(ats[0].bound, Import):
            found = place(project, document, local)
            if found is not None and found.key == app:
                return local
    return None


def set_ups(file: File, qualified: str) -> Iterator[SetUp]:
    """Where the application of that qualified name is set up: ``create_app.app``, ``app``."""
    *functions, name = qualified.split(".")
    placed = list(file.tree.statements())
    if not functions:
        index = next((i for i, (_, each) in enumerate(placed) if _assigns(each, name)), None)
        if index is not None:
            blocks = tuple((at.start, at.block) for at, _ in placed[index:])
            yield SetUp(*blocks[0], [each for _, each in placed[index:]], name, blocks)
        return
    for (start, block), statement in placed:
        if isinstance(statement, ast.FunctionDef) and statement.name == functions[0]:
            for body in _bodies(statement):
                index = next((i for i, each in enumerate(body) if _assigns(each, name)), None)
                if index is not None:
                    yield SetUp(start, block, body[index:], name, (), statement)


def _bodies(function: ast.stmt) -> Iterator[list[ast.stmt]]:
    for node in walk([function]):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                yield body


def _assigns(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Name) and target.id == name for target in targets)
        case ast.AnnAssign(target=ast.Name(id=bound), value=ast.expr()):
            return bound == name
        case _:
            return False


# -- where in it -----------------------------------------------------------------------------------------------------


def _place(file: File, found: SetUp, kinds: tuple[Says, ...]) -> tuple[SetUp, int]:
    """The statement behind which a line goes, in the set-up or in a function of the file that it calls for that."""
    for says in kinds:
        last = _last(found, says)
        if last is not None:
            return found, last
        for helper in _helpers(file, found):
            last = _last(helper, says)
            if last is not None:
                return helper, last
    configured = [i for i, each in enumerate(found.statements) if _configures(each, found.app)]
    return found, max(configured, default=0)


def _last(found: SetUp, says: Says) -> int | None:
    ats = [i for i, each in enumerate(found.statements) if any(says(call, found.app) for call in _calls(each))]
    return max(ats, default=None)


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement, without those in functions it defines."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            stack += ast.iter_child_nodes(node)


def _helpers(file: File, found: SetUp) -> Iterator[SetUp]:
    """The functions of the file that get the application as their argument."""
    for statement in found.statements:
        for call in _calls(statement):
            match call:
                case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=name)]) if name == found.app:
                    yield from _function(file, called)
                case _:
                    pass


def _function(file: File, name: str) -> Iterator[SetUp]:
    for (start, block), statement in file.tree.statements():
        if isinstance(statement, ast.FunctionDef) and statement.name == name and statement.args.args:
            yield SetUp(start, block, statement.body, statement.args.args[0].arg, (), statement)


def _configures(statement: ast.stmt, app: str) -> bool:
    """``app.config[...] = ...``, ``app.config.from_object(...)``, ``app.secret_key = ...``."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Return):
        return False
    return any(_writes_config(node, app) for node in walk([statement]))


def _writes_config(node: ast.AST, app: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="secret_key" | "config", ctx=ast.Store()):
            return name == app
        case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="config"), ctx=ast.Store()):
            return name == app
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr="config"), attr=method)):
            return name == app and method.startswith(("from_", "update", "set"))
        case _:
            return False


def _imported_later(
    project: Project, file: File, at: SetUp, index: int, thing: Key
) -> tuple[int, ast.stmt, str] | None:
    """An import of the thing in the function, or below in the module: the statement behind which it is there, with the
    offset of its block, and how it is called."""
    body = at.function.body if at.function is not None else at.statements
    start, _, anchor = at.placed(index)
    for number, each in enumerate(body):
        if not isinstance(each, ast.ImportFrom):
            continue
        for alias in each.names:
            found = imported(project, file.document, each.module or "", alias.name, each.level, "")
            if found is not None and found.key == thing:
                if at.function is not None:
                    behind = each if each.lineno > anchor.lineno else anchor
                    return start, behind, alias.asname or alias.name
                if number > index:
                    return at.blocks[number][0], each, alias.asname or alias.name
    return None


def _is_bound_before(file: File, name: str, at: SetUp, index: int) -> bool:
    """In a module body, the thing is there when the statement has run; a function runs later."""
    if not at.blocks:
        return True
    start, block, statement = at.placed(index)
    return any(bound.span.start < start + block.span(statement).end for bound in file.facts.bindings.get(name, ()))


def _last_addition(at: SetUp, index: int, name: str) -> int | None:
    """In a module body, the last statement behind the place that adds something to the blueprint ``name``, by a
    decorator or a call: it has to be registered after that."""
    found = [number for number, each in enumerate(at.statements) if at.blocks and number > index and _adds(each, name)]
    return max(found, default=None)


def _adds(statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and _is_name(call.func.value, name)
        for call in (*_calls(statement), *getattr(statement, "decorator_list", ()))
    ) or any(
        isinstance(each, ast.Attribute) and _is_name(each.value, name)
        for each in getattr(statement, "decorator_list", ())
    )


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _binding(file: File, name: str, start: int, statement: ast.stmt) -> tuple[int, ast.stmt]:
    """The statement of the module that binds the name."""
    return next(
        ((at.start, each) for at, each in file.tree.statements() if _assigns(each, name)),
        (start, statement),
    )
