"""Files in YAML: Docker Compose, Kubernetes and Helm, App Engine, workflows of GitHub.

PyYAML tells the place of every scalar. A tree is made of its events, so that depth costs no stack and what stands
before an error is known; a line with an error is blanked, and the rest is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask_lsp.deployment_files import Kind, says_development
from flask_lsp.facts.deployment import NOWHERE, Command, DeploymentFacts, Piece, Variable, Where, said_value
from flask_lsp.facts.pieces import Cut, Entangled, Reader
from flask_lsp.facts.shell import Word, commands
from flask_lsp.facts.yaml_pieces import COMMANDS, cuts, depth_of
from flask_lsp.text import Span

_MOST_MENDED = 6
_JOINED = (2, 3)
"""How many pieces are read together where a string or bracket is open."""
_MOST_NODES = 60_000
_DEEPEST = 40
_OPEN = re.compile(r"quoted scalar|flow (?:sequence|mapping|node)")
"""What PyYAML was reading where something is left open."""
_BEGUN = re.compile(r"quoted scalar|simple key")
"""And what is wrong where it begins."""
_WORD = re.compile(r" *[\w./-]+\s*\n")
_TEMPLATE = re.compile(r"\{\{[^{}\r\n]*\}\}|\{%[^\r\n]*?%\}")
_ALONE = re.compile(r"^[ \t]*(?:\{\{[^{}\r\n]*\}\}|\{%[^\r\n]*?%\})[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:=(?P<value>.*))?", re.DOTALL)
_ENVIRONMENTS = frozenset(
    {
        "environment",
        "env",
        "env_variables",
        "envvars",
        "extraenv",
        "extraenvvars",
        "envs",
        "data",
        "stringdata",
        "variables",
    }
)
_DEPLOYS = re.compile(r"deploy|release|production|publish|\bcd\b", re.IGNORECASE)
_BARE_FOLDER = re.compile(r"\.{0,2}/|\.$|\.:|\$PWD|\$\{PWD\}")


@dataclass(slots=True, eq=False)
class _Node:
    """A scalar, a mapping or a sequence; an alias is the node it stands for."""

    span: Span
    value: str = ""
    style: str = ""
    pairs: list[tuple[_Node, _Node]] | None = None
    items: list[_Node] | None = None
    flow: bool = False
    """In brackets."""
    open: list[_Node] = field(default_factory=list["_Node"])
    """While it is read: the key that waits for its value."""

    def get(self, *names: str) -> _Node | None:
        return next((value for key, value in self.pairs or () if key.value in names), None)

    def text(self, *names: str) -> str:
        found = self.get(*names)
        return found.value if found is not None else ""


def read_yaml(kind: Kind, path: str, text: str, known: Mapping[str, Piece] | None = None) -> DeploymentFacts:
    """What a file says; ``known`` has the pieces of the text before."""
    masked = _masked(text)
    reader = Reader(lambda piece: _said(kind, path, piece), known, _JOINED)
    cut = cuts(kind, masked)
    try:
        parts = reader.parts(cut if len(cut) > 1 else [Cut(0, masked)])
    except Entangled:
        parts = reader.parts([Cut(0, masked)])
    return DeploymentFacts(kind, text, parts, pieces=reader.pieces)


def _said(kind: Kind, path: str, text: str) -> Piece:
    """What a text says."""
    roots, whole, is_open = _documents(text)
    reader = _Reader(kind, path, text)
    for root in roots:
        reader.document(root)
    return Piece(text, tuple(reader.variables.values()), tuple(reader.commands.values()), whole, is_open)


def _masked(text: str) -> str:
    """The text without what a template engine puts in: unknown where it stands beside other things."""
    if "{{" not in text and "{%" not in text:
        return text
    text = _ALONE.sub(lambda found: " " * len(found.group()), text)
    return _TEMPLATE.sub(lambda found: "$" + "_" * (len(found.group()) - 1), text)


def _documents(text: str) -> tuple[list[_Node], bool, bool]:
    """The documents of a file, as far as they can be read, whether that is all, and whether what follows might end
    something that is open."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    roots: list[_Node] = []
    is_open = False
    for mended in range(_MOST_MENDED):
        roots = []
        try:
            _compose(cast("Any", yaml).parse(text, loader), roots)
        except yaml.YAMLError as error:
            is_open = is_open or bool(_OPEN.search(str(getattr(error, "context", ""))))
            line = _wrong_line(text, error)
            if line is None:
                return roots, False, is_open
            text = text[: line.start] + re.sub(r"[^\r\n]", " ", text[line.start : line.end]) + text[line.end :]
        else:
            return roots, not mended, is_open
    return roots, False, is_open


def _wrong_line(text: str, error: Any) -> Span | None:
    """The line without which the rest can be read; nothing where there is none."""
    begun, found = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    if found is None:
        return None
    if begun is not None and _BEGUN.search(str(error.context)):
        found = begun  # what was begun there goes on to where it is noticed
    start = text.rfind("\n", 0, found.index) + 1
    if "mapping values are not allowed" in str(error.problem):  # here, behind a word that is no key yet
        above = text.rfind("\n", 0, max(start - 1, 0)) + 1
        if _WORD.fullmatch(text, above, start) and depth_of(text[above:start]) == depth_of(text[start:]):
            return Span(above, start)
    end = found.index + len(text[found.index :].partition("\n")[0])
    return Span(start, end) if text[start:end].strip() else None


def _compose(events: Iterable[Any], roots: list[_Node]) -> None:
    import yaml

    stack: list[_Node] = []
    try:
        _build(events, roots, stack)
    except yaml.YAMLError:
        for node in stack:
            if node.flow:  # what is not closed is not said
                node.pairs, node.items = [], []
        raise


def _build(events: Iterable[Any], roots: list[_Node], stack: list[_Node]) -> None:
    import yaml

    anchors: dict[str, _Node] = {}
    for number, event in enumerate(events):
        if number > _MOST_NODES:
            return
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
            continue
        if isinstance(event, yaml.DocumentStartEvent):
            anchors.clear()
            stack.clear()
            continue
        if isinstance(event, yaml.AliasEvent):
            node = anchors.get(event.anchor or "") or _Node(_span(event))
        elif isinstance(event, yaml.ScalarEvent):
            node = _Node(_span(event), event.value, event.style or "")
        elif isinstance(event, yaml.MappingStartEvent):
            node = _Node(_span(event), pairs=[], flow=bool(event.flow_style))
        elif isinstance(event, yaml.SequenceStartEvent):
            node = _Node(_span(event), items=[], flow=bool(event.flow_style))
        else:
            continue
        if not isinstance(event, yaml.AliasEvent) and event.anchor:
            anchors[event.anchor] = node
        _put(node, stack, roots)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            stack.append(node)


def _put(node: _Node, stack: list[_Node], roots: list[_Node]) -> None:
    if not stack:
        roots.append(node)
    elif (items := stack[-1].items) is not None:
        items.append(node)
    elif stack[-1].open:
        assert stack[-1].pairs is not None
        stack[-1].pairs.append((stack[-1].open.pop(), node))
    else:
        stack[-1].open.append(node)


def _span(event: Any) -> Span:
    return Span(event.start_mark.index, event.end_mark.index)


class _Reader:
    """Collects what the nodes of a file say; what an anchor holds is said once."""

    def __init__(self, kind: Kind, path: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.variables: dict[Span, Variable] = {}
        self.commands: dict[Span, Command] = {}
        self._left = _MOST_NODES
        self._deploys = kind != "workflow" or bool(_DEPLOYS.search(path.rpartition("/")[2]))

    def document(self, root: _Node) -> None:
        if self.kind == "workflow":
            self._workflow(root)
        else:
            self.walk(root, NOWHERE, "", 0)

    def _workflow(self, root: _Node) -> None:
        deploys = self._deploys or bool(_DEPLOYS.search(root.text("name")))
        self._environment(root.get("env"), Where(development=not deploys))
        jobs = root.get("jobs")
        for key, job in (jobs.pairs or ()) if jobs is not None else ():
            said = f"{key.value} {job.text('name')}"
            wanted = (deploys or bool(_DEPLOYS.search(said))) and not says_development(said)
            self.walk(job, Where(key.value, development=not wanted), "", 0)

    def walk(self, node: _Node, where: Where, name: str, depth: int) -> None:
        """Looks for environments and commands, whatever lies around them."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return
        for item in node.items or ():
            self.walk(item, where, name, depth + 1)
        if not node.pairs:
            return
        where = self._where(node, where, name)
        self._started(node, where)
        for key, value in node.pairs:
            lower = key.value.lower().replace("_", "").replace("-", "")
            if lower in _ENVIRONMENTS or key.value in ("env_variables", "<<"):
                self._environment(value, where)
            elif _NAME.fullmatch(key.value) and key.value.startswith(("FLASK_", "WERKZEUG_")) and value.items is None:
                self._variable(key, value, where)
            if value.pairs is not None or value.items is not None:
                self.walk(value, where, key.value, depth + 1)

    def _where(self, node: _Node, where: Where, name: str) -> Where:
        """What a mapping says of the container it is about."""
        if node.get("command", "entrypoint", "image", "build", "environment", "containers", "template") is None:
            return where
        named = " ".join((name, node.text("name"), *(each.value for each in _items(node.get("profiles")))))
        build = node.get("build")
        target = build.text("target") if build is not None else ""
        development = where.development or says_development(named) or says_development(target)
        mounts = [each.value.partition(":")[0] for each in _items(node.get("volumes"))]
        mounts += [each.text("source") for each in _items(node.get("volumes")) if each.text("type") == "bind"]
        folder = (build.text("context") or build.value) if build is not None else ""
        return Where(
            node.text("name") or name,
            development,
            tuple(each for each in mounts if _BARE_FOLDER.match(each)) or where.mounts,
            (self.kind == "compose" and build is None and node.get("image") is not None) or where.foreign,
            (folder,) if folder else where.folders,
        )

    # -- variables -------------------------------------------------------------------------------------------------

    def _environment(self, node: _Node | None, where: Where, depth: int = 0) -> None:
        if node is None or depth > _DEEPEST:
            return
        for key, value in node.pairs or ():
            if key.value == "<<":
                for each in (value, *(value.items or ())):
                    self._environment(each, where, depth + 1)
            elif _NAME.fullmatch(key.value) and value.items is None and value.pairs is None:
                self._variable(key, value, where)
        for item in node.items or ():
            if item.pairs is None:
                self._assignment(item, where)
            elif (named := item.get("name", "key")) is not None and (value := item.get("value")) is not None:
                whole = Span(item.span.start, max(named.span.end, value.span.end)) if len(item.pairs) == 2 else None
                self._variable(named, value, where, whole)

    def _variable(self, key: _Node, value: _Node, where: Where, whole: Span | None = None) -> None:
        inner = _inner(self.text, value)
        known = None if "$" in value.value else value.value
        said, fallback, inner = said_value(key.value, known, self.text, inner)
        whole = whole or Span(key.span.start, value.span.end)
        begin = key.span.start
        variable = Variable(key.value, said, key.span, inner, whole, where, begin=begin, fallback=fallback)
        self.variables.setdefault(key.span, variable)

    def _assignment(self, item: _Node, where: Where) -> None:
        """``- FLASK_DEBUG=1``."""
        found, inner = _ASSIGNED.fullmatch(item.value), _inner(self.text, item)
        if found is None or self.text[inner.start : inner.end] != item.value:
            return
        value, start = found["value"], inner.start
        name = Span(start, start + found.end("name"))
        span = Span(*found.span("value")).shift(start) if value is not None else Span(name.end, name.end)
        known = None if value is None or "$" in value else value.strip("\"'")
        if value is not None and value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1:
            span = Span(span.start + 1, span.end - 1)
        said, fallback, span = said_value(found["name"], known, self.text, span)
        variable = Variable(found["name"], said, name, span, item.span, where, fallback=fallback)
        self.variables.setdefault(name, variable)

    # -- commands --------------------------------------------------------------------------------------------------

    def _started(self, node: _Node, where: Where) -> None:
        """The commands of a mapping; an entry point in the form of a list takes the arguments beside it."""
        found = {key.value.lower(): value for key, value in node.pairs or () if key.value.lower() in COMMANDS}
        begins = {id(value): key.span.start for key, value in node.pairs or ()}
        first = found.pop("entrypoint", None) or (found.get("command") if "args" in found else None)
        for name, value in found.items() if first is None else (("", first), *found.items()):
            if first is not None and value is not first and name in ("command", "args"):
                continue
            words = self._words(value)
            rest = found.get("args" if first is found.get("command") else "command")
            if words and value is first and rest is not None:
                words += self._words(rest)
            if words:
                whole = Span(words[0].span.start, words[-1].span.end)
                self.commands.setdefault(whole, Command(tuple(words), whole, where, True, begin=begins[id(value)]))
            else:
                self._spoken(value, where, begins[id(value)], starts=name != "run")
        if first is not None and not self._words(first) and (rest := found.get("command")) is not None:
            self._spoken(rest, where, begins[id(rest)], starts=True)

    def _spoken(self, node: _Node, where: Where, begin: int, *, starts: bool) -> None:
        """A scalar that a shell reads; folded lines are one."""
        if node.pairs is not None or node.items is not None:
            return
        inner = _inner(self.text, node)
        text = self.text
        if node.style == '"':
            text = text[: inner.start] + text[inner.start : inner.end].replace('\\"', ' "') + text[inner.end :]
        for simple in commands(text, inner, lines=node.style == "|"):
            whole = Span(simple.words[0].span.start, simple.words[-1].span.end)
            command = Command(simple.words, whole, where, False, simple.conditional, starts, begin)
            self.commands.setdefault(whole, command)

    def _words(self, node: _Node) -> list[Word]:
        """The words of a list."""
        return [_word(self.text, each) for each in node.items or () if each.pairs is None and each.items is None]


def _items(node: _Node | None) -> Iterator[_Node]:
    yield from node.items or () if node is not None else ()


def _word(text: str, node: _Node) -> Word:
    inner = _inner(text, node)
    at = inner.start if text[inner.start : inner.end] == node.value else -1
    return Word(node.value, node.span, "$" not in node.value, at)


def _inner(text: str, node: _Node) -> Span:
    """A scalar without its quotes, or without the sign before a block."""
    start, end = node.span
    if node.style in ("'", '"'):
        return Span(start + 1, max(end - 1, start + 1))
    if node.style in ("|", ">"):
        line = text.find("\n", start, end)
        return Span(line + 1 if line >= 0 else end, end)
    return node.span
