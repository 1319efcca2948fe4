"""Operators that take the context away from correct applications, one place at a time: ``breaks`` finds the places by
the syntax tree, in whatever application it is given."""

from __future__ import annotations

import ast
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Files = Mapping[str, str]

BACKGROUND = frozenset({"FL102", "FL202", "FL203", "FL702", "FL705"})
ON_IMPORT = frozenset({"FL101", "FL201", "FL705"})
IN_TESTS = frozenset({"FL108"})
LACKING = BACKGROUND | ON_IMPORT | IN_TESTS

USE = re.compile(
    r"\b(?:current_app\.|g\.|request\.|session[.\[]|url_for\(|render_template|flash\(|jsonify\(|db\.session|"
    r"db\.(?:create|drop)_all|\w+\.query\b|current_user\.)"
)
"""What needs a context, as the applications write it."""
_PUSHING = re.compile(r"\.(?:app_context|test_request_context)\(")
_GUARD = re.compile(r"^(not )?has_(?:app|request)_context\(\)$")
_REQUEST = re.compile(r"\b(?:request|session)[.\[]")


class Break(NamedTuple):
    """An application with one mistake."""

    how: str
    file: str
    """Where something was changed."""
    line: int
    codes: frozenset[str]
    """One of these is to be found."""
    through: str
    """The function that the way to the use leads through or starts in, empty where it leads past the change."""
    files: dict[str, str]


class Module:
    """A file that is broken: edits are made of the lines of its statements."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text, self.tree = name, text, ast.parse(text)
        self.lines = text.splitlines()
        self.around: dict[ast.AST, FunctionNode | None] = {}
        self._place(self.tree, None)

    def _place(self, node: ast.AST, function: FunctionNode | None) -> None:
        for child in ast.iter_child_nodes(node):
            self.around[child] = function
            self._place(child, child if isinstance(child, FunctionNode) else function)

    def function(self, node: ast.AST) -> str:
        around = self.around[node]
        return around.name if around is not None else ""

    def replaced(self, node: ast.stmt | ast.expr, new: str) -> str:
        """The text with an expression, or the lines of a statement, replaced."""
        lines = list(self.lines)
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if isinstance(node, ast.stmt):
            lines[first : last + 1] = textwrap.indent(new, " " * node.col_offset).splitlines()
        else:
            tail = lines[last].encode()[node.end_col_offset or 0 :].decode()
            lines[first : last + 1] = [lines[first].encode()[: node.col_offset].decode() + new + tail]
        return "\n".join(lines) + "\n"

    def source(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.text, node) or ""

    def body(self, statements: list[ast.stmt]) -> str:
        """The lines of statements, without their indent."""
        return textwrap.dedent("\n".join(self.lines[statements[0].lineno - 1 : statements[-1].end_lineno]))

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


class Application:
    def __init__(self, files: Files) -> None:
        self.files = files
        self.modules = [Module(name, text) for name, text in files.items() if name.endswith(".py")]
        functions = [(m, f) for m in self.modules for f in m.nodes(ast.FunctionDef)]
        self.uses = {f.name for m, f in functions if isinstance(f, ast.FunctionDef) and _uses_itself(m, f)}
        """The functions that need the context of who calls them, themselves or through others."""
        self.parameters = {f.name: f.args for _, f in functions if isinstance(f, ast.FunctionDef)}
        grown = True
        while grown:
            new = {f.name for m, f in functions if isinstance(f, ast.FunctionDef) and _calls(m, f, self.uses)}
            grown = not new <= self.uses
            self.uses |= new

    def changed(self, module: Module, text: str, **more: str) -> dict[str, str]:
        return {**self.files, module.name: text, **more}

    @property
    def names_server(self) -> bool:
        return any("SERVER_NAME" in text for text in self.files.values())


def _uses_itself(module: Module, function: FunctionNode) -> bool:
    return bool(USE.search(_open_part(module, function)))


def _calls(module: Module, function: FunctionNode, uses: set[str]) -> bool:
    called = set(re.findall(r"\b(\w+)\(", _open_part(module, function)))
    return not called.isdisjoint(uses)


def _open_part(module: Module, function: FunctionNode) -> str:
    """The text of a function that runs in the context of who calls it."""
    if any(
        re.search(r"with_app|in_thread|task|fixture|command", module.source(each)) for each in function.decorator_list
    ):
        return ""
    text = module.body(function.body)
    if re.search(r"has_\w+_context\(\)|\.push\(\)|enter_context\(", text):
        return ""
    kept: list[str] = []
    closed: int | None = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if closed is not None and line.strip() and indent <= closed:
            closed = None
        if closed is None and re.match(r"\s*(?:def |with .*(?:_context\(|in_app\(|in_request\())", line):
            closed = indent
        if closed is None and not re.search(r"Thread\(|submit\(|Timer\(|Process\(|later\(|enqueue\(", line):
            kept.append(line)
    return "\n".join(kept)


Operator = Callable[[Application, Module], Iterator[Break]]


def breaks(files: Files) -> Iterator[Break]:
    """Every mistake that an operator makes in an application."""
    application = Application(files)
    for operator in OPERATORS:
        for module in application.modules:
            for each in operator(application, module):
                compile(each.files[each.file], each.file, "exec")
                yield each


# -- what pushes a context is dropped --------------------------------------------------------------------------------


def drop_with(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.With):
        assert isinstance(node, ast.With)
        if all(_pushes(app, module, item.context_expr) for item in node.items):
            text = module.replaced(node, module.body(node.body))
            yield _lacking(app, "drop the with-block", module, node, text)


def _pushes(app: Application, module: Module, manager: ast.expr) -> bool:
    written = module.source(manager)
    if _PUSHING.search(written):
        return True
    called = manager.func.id if isinstance(manager, ast.Call) and isinstance(manager.func, ast.Name) else ""
    return any(
        isinstance(each, ast.FunctionDef) and each.name == called and bool(_PUSHING.search(module.source(each)))
        for each in module.nodes(ast.FunctionDef)
    )


def drop_push(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.Expr):
        assert isinstance(node, ast.Expr)
        if re.search(r"\.push\(\)$|\.enter_context\(.*app_context\(\)\)$", module.source(node)):
            text = module.replaced(node, "pass")
            yield _lacking(app, "drop the push", module, node, re.sub(r"\S+\.pop\(\)\n", "pass\n", text))


def _lacking(app: Application, how: str, module: Module, node: ast.stmt, text: str) -> Break:
    """A mistake in a function; what decorators, fixtures and managers do is missed elsewhere."""
    around = module.around[node]
    is_helper = around is not None and (
        "yield" in module.source(around) or around.name == "setUp" or module.function(around) != ""
    )
    through = "" if around is None or is_helper else around.name
    return Break(how, module.name, node.lineno, LACKING, through, app.changed(module, text))


def drop_decorator(app: Application, module: Module) -> Iterator[Break]:
    for function in module.nodes(ast.FunctionDef):
        assert isinstance(function, ast.FunctionDef)
        for each in function.decorator_list:
            if module.source(each) in ("with_app", "copy_current_request_context"):
                lines = list(module.lines)
                del lines[each.lineno - 1]
                text = "\n".join(lines) + "\n"
                yield Break(
                    "drop the decorator", module.name, each.lineno, LACKING, function.name, app.changed(module, text)
                )


def drop_copy(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if module.source(node.func) == "copy_current_request_context":
            text, name = module.replaced(node, module.source(node.args[0])), module.source(node.args[0])
            yield Break("drop the copy", module.name, node.lineno, BACKGROUND, name, app.changed(module, text))


def drop_stream(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if module.source(node.func) == "stream_with_context":
            text = module.replaced(node, module.source(node.args[0]))
            yield Break(
                "drop the stream's context",
                module.name,
                node.lineno,
                frozenset({"FL206"}),
                "",
                app.changed(module, text),
            )


def drop_guard(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.If):
        assert isinstance(node, ast.If)
        if found := _GUARD.match(module.source(node.test)):
            text = module.replaced(node, "pass" if found[1] else module.body(node.body))
            through = module.function(node)
            yield Break("drop the guard", module.name, node.lineno, BACKGROUND, through, app.changed(module, text))


def turn_guard(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.If):
        assert isinstance(node, ast.If)
        if found := _GUARD.match(module.source(node.test)):
            test = module.source(node.test)
            text = module.replaced(node.test, test.removeprefix("not ") if found[1] else f"not {test}")
            through = module.function(node)
            yield Break("turn the guard", module.name, node.lineno, BACKGROUND, through, app.changed(module, text))


def only_app(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.With):
        assert isinstance(node, ast.With)
        call = node.items[0].context_expr
        inside = module.body(node.body)
        needs = _REQUEST.search(inside) or ("url_for(" in inside and not app.names_server)
        if isinstance(call, ast.Call) and module.source(call.func).endswith(".test_request_context") and needs:
            text = module.replaced(call, module.source(call.func).replace("test_request_context", "app_context") + "()")
            yield _lacking(app, "only an application context", module, node, text)


def drop_task_class(app: Application, module: Module) -> Iterator[Break]:
    for found in re.finditer(r", task_cls=\w+", module.text):
        text = module.text[: found.start()] + module.text[found.end() :]
        text = re.sub(r"    class \w+\(Task\):\n(?:        .*\n|\n(?=        ))+", "", text)
        line = module.text.count("\n", 0, found.start()) + 1
        yield Break("drop the task class", module.name, line, LACKING, "", app.changed(module, text))


def drop_server_name(app: Application, module: Module) -> Iterator[Break]:
    for found in re.finditer(r"\bSERVER_NAME=\S+?(?:, |,\n|(?=\)))", module.text):
        text = module.text[: found.start()] + module.text[found.end() :]
        line = module.text.count("\n", 0, found.start()) + 1
        yield Break("drop the server's name", module.name, line, frozenset({"FL203"}), "", app.changed(module, text))


# -- tests -----------------------------------------------------------------------------------------------------------


def drop_fixture(app: Application, module: Module) -> Iterator[Break]:
    """A test takes a fixture only for the context that it pushes."""
    for function in module.nodes(ast.FunctionDef):
        assert isinstance(function, ast.FunctionDef)
        names = [each.arg for each in function.args.args]
        if not function.name.startswith("test_") or names in ([], ["self"]):
            continue
        inside = module.body(function.body)
        if any(re.search(rf"\b{name}\b", inside) for name in names):
            continue
        text = module.text.replace(f"def {function.name}({', '.join(names)}):", f"def {function.name}():")
        yield Break(
            "drop the fixture", module.name, function.lineno, IN_TESTS, function.name, app.changed(module, text)
        )


def forget_client(app: Application, module: Module) -> Iterator[Break]:
    for node in module.nodes(ast.With):
        assert isinstance(node, ast.With)
        item = node.items[0]
        if module.source(item.context_expr).endswith(".test_client()") and item.optional_vars is not None:
            made = f"{module.source(item.optional_vars)} = {module.source(item.context_expr)}\n"
            text = module.replaced(node, made + module.body(node.body))
            through = module.function(node)
            yield Break(
                "forget the client's with", module.name, node.lineno, IN_TESTS, through, app.changed(module, text)
            )


def other_fixture(app: Application, module: Module) -> Iterator[Break]:
    """The test client instead of the fixture that pushes."""
    for function in module.nodes(ast.FunctionDef):
        assert isinstance(function, ast.FunctionDef)
        names = [each.arg for each in function.args.args]
        if function.name.startswith("test_") and names in (["app"], ["context"], ["asked"]):
            text = module.text.replace(f"def {function.name}({names[0]}):", f"def {function.name}(client):")
            yield Break(
                "another fixture", module.name, function.lineno, IN_TESTS, function.name, app.changed(module, text)
            )


# -- code is moved to where no context is ----------------------------------------------------------------------------


def call_on_import(app: Application, module: Module) -> Iterator[Break]:
    for function in module.tree.body:
        if not isinstance(function, ast.FunctionDef) or _is_test(module) or function.name not in app.uses:
            continue
        arguments = ", ".join("None" for _ in range(len(function.args.args) - len(function.args.defaults)))
        if function.decorator_list:
            continue
        for line in (f"{function.name}({arguments})", f"VALUE = {function.name}({arguments})"):
            text = f"{module.text}\n\n{line}\n"
            last = text.count("\n")
            yield Break("call it on import", module.name, last, ON_IMPORT, function.name, app.changed(module, text))


def call_elsewhere_on_import(app: Application, module: Module) -> Iterator[Break]:
    """The call of a function of another module moves to the module level."""
    seen: set[str] = set()
    for node in module.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        name = module.source(node.func)
        if _is_test(module) or "." not in name or name.rpartition(".")[2] not in app.uses or name in seen:
            continue
        if module.around[node] is None or name.split(".")[0] not in set(_imports(module)):
            continue
        seen.add(name)
        arguments = ", ".join("None" for _ in node.args)
        text = f"{module.text}\n\n{name}({arguments})\n"
        last = text.count("\n")
        yield Break(
            "call another module on import",
            module.name,
            last,
            ON_IMPORT,
            name.rpartition(".")[2],
            app.changed(module, text),
        )


def _imports(module: Module) -> Iterator[str]:
    for node in module.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (each.asname or each.name for each in node.names)


def read_on_import(app: Application, module: Module) -> Iterator[Break]:
    """An expression that needs a context moves to the module level."""
    names = {
        *_imports(module),
        *(each.name for each in module.tree.body if isinstance(each, FunctionNode | ast.ClassDef)),
    }
    names |= {
        target.id
        for each in module.tree.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for node in module.nodes(ast.Assign, ast.Return):
        assert isinstance(node, ast.Assign | ast.Return)
        value = node.value
        if value is None or module.around[node] is None or _is_test(module) or not USE.search(module.source(value)):
            continue
        if {each.id for each in ast.walk(value) if isinstance(each, ast.Name)} <= names:
            text = f"{module.text}\n\nVALUE = {module.source(value)}\n"
            last = text.count("\n")
            yield Break("read it on import", module.name, last, ON_IMPORT, "", app.changed(module, text))


def _is_test(module: Module) -> bool:
    return "test" in module.name.rpartition("/")[2]


STARTS = {
    "a thread": ("import threading", "threading.Thread(target={f}, args=({a})).start()"),
    "a thread of Thread": (
        "from threading import Thread as Starter",
        "Starter(None, {f}, args=({a}), daemon=True).start()",
    ),
    "a kept thread": ("from threading import Thread", "worker = Thread(target={f}, args=({a}))\nworker.start()"),
    "a timer": ("from threading import Timer", "Timer(5.0, {f}, ({a})).start()"),
    "an executor": (
        "from concurrent.futures import ThreadPoolExecutor",
        "with ThreadPoolExecutor() as executor:\n    executor.submit({f}, {b})",
    ),
    "a lambda": ("from threading import Thread", "Thread(target=lambda: {f}({b})).start()"),
    "a partial": ("import functools\nimport threading", "threading.Thread(target=functools.partial({f}, {b})).start()"),
    "a nested function": ("import threading", "def work():\n    {f}({b})\n\nthreading.Thread(target=work).start()"),
    "a helper": (
        "import threading\n\ndef spawn(target, *args):\n    threading.Thread(target=target, args=args).start()\n",
        "spawn({f}, {b})",
    ),
    "an executor of the event loop": ("import asyncio", "asyncio.get_event_loop().run_in_executor(None, {f}, {b})"),
}


def start_it(app: Application, module: Module) -> Iterator[Break]:
    """A call is made in the background instead."""
    kinds = itertools.cycle(STARTS.items())
    for node in module.nodes(ast.Expr):
        assert isinstance(node, ast.Expr)
        call = node.value
        if not isinstance(call, ast.Call) or call.keywords or _is_test(module) or module.around[node] is None:
            continue
        name = module.source(call.func)
        if name.rpartition(".")[2] not in app.uses or name.startswith("super()"):
            continue
        if name.split(".")[0] not in {*_imports(module), *app.uses, "self"} or ("." in name and name.startswith("db.")):
            continue
        arguments = [module.source(each) for each in call.args]
        for _ in range(3):
            kind, (imported, started) = next(kinds)
            written = started.format(
                f=name, a="".join(f"{each}, " for each in arguments).rstrip(), b=", ".join(arguments)
            )
            text = f"{imported}\n{module.replaced(node, written.replace(', )', ')'))}"
            first = node.lineno + imported.count("\n") + 1
            yield Break(
                f"start {kind}", module.name, first, BACKGROUND, name.rpartition(".")[2], app.changed(module, text)
            )


def pass_proxy(app: Application, module: Module) -> Iterator[Break]:
    code = frozenset({"FL103"})
    for node in module.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        if module.source(node.func).endswith("._get_current_object"):
            statement = next(
                each
                for each in module.nodes(ast.stmt)
                if node in ast.walk(each) and not isinstance(each, FunctionNode | ast.If)
            )
            if re.search(r"Thread\(|submit\(|Process\(|Timer\(", module.source(statement)):
                text = module.replaced(node, module.source(node.func).rpartition(".")[0])
                yield Break("pass the proxy", module.name, node.lineno, code, "", app.changed(module, text))
        elif re.search(r"(?:Thread|Timer|Process|submit|delay|apply_async|add_job|enqueue)$", module.source(node.func)):
            for inner in ast.walk(node):
                value = module.source(inner) if isinstance(inner, ast.Attribute | ast.Call) else ""
                if (
                    re.match(r"(?:request|session|current_user|g)\.", value)
                    and inner is not node
                    and not _inside_call(node, inner)
                ):
                    text = module.replaced(inner, value.split(".")[0])
                    yield Break("pass the proxy", module.name, node.lineno, code, "", app.changed(module, text))


def _inside_call(outer: ast.Call, node: ast.AST) -> bool:
    """Something else than a tuple stands around the node in the call: it is not handed over as it is."""
    for each in ast.walk(outer):
        if (
            each is not outer
            and isinstance(each, ast.Attribute | ast.Call)
            and each is not node
            and node in ast.walk(each)
        ):
            return True
    return False


def read_in_worker(app: Application, module: Module) -> Iterator[Break]:
    """What was taken out of the request before is read where there is none."""
    for node in module.nodes(ast.Call):
        assert isinstance(node, ast.Call)
        target = next((each.value for each in node.keywords if each.arg == "target"), None)
        given = next((each.value for each in node.keywords if each.arg == "args"), None)
        if not isinstance(target, ast.Name) or not isinstance(given, ast.Tuple):
            continue
        function = next((f for f in module.tree.body if isinstance(f, ast.FunctionDef) and f.name == target.id), None)
        if function is None:
            continue
        for index, each in enumerate(given.elts):
            value = module.source(each)
            if not _REQUEST.match(value):
                continue
            name = function.args.args[index].arg
            left = [module.source(other) for other in given.elts if other is not each]
            text = module.replaced(given, f"({''.join(f'{other}, ' for other in left).rstrip()})")
            other = Module(module.name, text)
            there = next(f for f in other.tree.body if isinstance(f, ast.FunctionDef) and f.name == target.id)
            names = [arg.arg for arg in there.args.args if arg.arg != name]
            body = re.sub(rf"\b{name}\b", lambda _, value=value: value, other.body(there.body))
            new = f"def {there.name}({', '.join(names)}):\n{textwrap.indent(body, '    ')}"
            codes = frozenset({"FL202"})
            yield Break(
                "read it in the worker",
                module.name,
                node.lineno,
                codes,
                there.name,
                app.changed(module, other.replaced(there, new)),
            )


OPERATORS: tuple[Operator, ...] = (
    *(drop_with, drop_push, drop_decorator, drop_copy, drop_stream, drop_guard, turn_guard, only_app, drop_task_class),
    *(drop_server_name, drop_fixture, forget_client, other_fixture, call_on_import, call_elsewhere_on_import),
    *(read_on_import, start_it, pass_proxy, read_in_worker),
)
