"""Where YAML can be cut: at documents, at the keys of a long mapping and at the items of a long list.

A piece below a key is read behind that key, and behind what stands beside it and says something of all: its name, its
image. Anchors and aliases are followed in compose files only, where they are common; a piece that holds an alias is
read with the pieces that hold the anchor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.pieces import Cut, lines

_KEY = re.compile(r"( *)([\w./-]+):(?=\s|\Z)")
_OPENS = re.compile(r" *[\w./-]+:[ \t]*(?:#[^\n]*)?\r?\n?\Z")
"""A key with nothing behind it on its line."""
_SERVICES = re.compile(r"services:[ \t]*(?:#[^\n]*)?\r?\n?\Z")
_MARK = re.compile(r"---(?=\s|\Z)")
_ANCHOR = re.compile(r"(?:^|\s)&([\w-]+)")
_ALIAS = re.compile(r"(?:^|[\s\[,])\*([\w-]+)")
_COMMANDS = frozenset({"command", "entrypoint", "args", "startcommand", "run", "start", "script"})
_TELLING = frozenset({"name", "build", "profiles", "volumes"})
_STANDING = frozenset({"image", "environment", "containers", "template", "command", "entrypoint"})
"""Keys that say something of what stands beside them: the latter by being there."""
_TOGETHER = frozenset({"command", "entrypoint", "image", "build", "environment", "containers", "template", *_COMMANDS})
_LONG = 40
"""So many lines are worth to be cut."""


class _Uncut(Exception):
    """The file has to be read as a whole."""


def cuts(kind: Kind, text: str) -> list[Cut]:
    """The pieces of a text; nothing where it cannot be cut."""
    try:
        if kind == "compose":
            return list(_of_compose(text))
        anchored = _ANCHOR.search(text) is not None
        if kind == "workflow":
            return [] if anchored else _of_document(0, text)
        documents = _documents(text)
        if anchored:
            return documents if len(documents) > 1 else []
        return [cut for each in documents for cut in _of_document(each.start, each.text)]
    except _Uncut:
        return []


def _documents(text: str) -> list[Cut]:
    if "\n---" not in text:
        return [Cut(0, text)]
    starts = [0, *(at for at, line in lines(text) if at and _MARK.match(line))]
    ends = [*starts[1:], len(text)]
    return [Cut(start, text[start:end]) for start, end in zip(starts, ends, strict=True)]


# -- manifests and workflows -------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    start: int
    text: str
    depth: int
    """The blanks before it; -1 for a line that says nothing."""


def _of_document(start: int, text: str) -> list[Cut]:
    """The pieces of one document; the document itself where it is short, or cannot be cut."""
    whole = Cut(start, text)
    if text.count("\n") < _LONG or "\t" in text:
        return [whole]
    said = [_Line(at, line, _depth(line)) for at, line in lines(text)]
    first = next((at for at, line in enumerate(said) if line.depth >= 0 and not _MARK.match(line.text)), len(said))
    try:
        found = list(_below(said, first, len(said), ""))
    except _Uncut:
        return [whole]
    if not found:
        return [whole]
    lead = text[: found[0].start]
    found[0] = Cut(0, lead + found[0].text, found[0].head)
    return [Cut(start + each.start, each.text, each.head) for each in found] if len(found) > 1 else [whole]


def _depth(line: str) -> int:
    bare = line.lstrip(" ")
    return -1 if not bare.strip() or bare[0] == "#" else len(line) - len(bare)


def _below(said: Sequence[_Line], first: int, end: int, head: str) -> Iterator[Cut]:
    """The pieces of the lines from ``first`` to ``end``, which are one mapping or one list below ``head``."""
    depth = said[first].depth if first < end else 0
    is_list = first < end and said[first].text.lstrip(" ").startswith("- ")
    children = list[tuple[int, str]]()
    for number in range(first, end):
        line = said[number]
        if line.depth < 0 or line.depth > depth:
            continue
        key = _KEY.match(line.text)
        begins_item = line.text.startswith("- ", depth)
        if line.depth < depth or (not begins_item and key is None) or (is_list and not begins_item):
            raise _Uncut
        if is_list or not begins_item:
            children.append((number, key[2].lower() if key is not None and not is_list else ""))
    spans = [(at, until) for (at, _), until in zip(children, [*(at for at, _ in children[1:]), end], strict=True)]
    names = [name for _, name in children]
    together = [name for name in names if name in _COMMANDS]
    if len(together) > 1 or (is_list and end - first < _LONG):
        raise _Uncut
    texts = ["".join([line.text for line in said[at:until]]) for at, until in spans]
    stands = " " * depth + "{}: x\n"
    telling = [
        (number, texts[number] if name in _TELLING else stands.format(name))
        for number, name in enumerate(names)
        if name in _TELLING or name in _STANDING
    ]
    for number, (at, until) in enumerate(spans):
        beside = "".join([line for other, line in telling if other != number])
        yield from _child(said, at, until, head + beside, texts[number])


def _child(said: Sequence[_Line], at: int, until: int, head: str, text: str) -> Iterator[Cut]:
    """The pieces of a key with what is below it."""
    whole = Cut(said[at].start, text, head)
    key = _KEY.match(said[at].text)
    kept = key is None or key[2].lower() in (_COMMANDS | _TELLING)
    if kept or until - at < _LONG or not _OPENS.match(said[at].text):
        yield whole
        return
    first = next((number for number in range(at + 1, until) if said[number].depth >= 0), until)
    if first == until or (said[first].depth <= said[at].depth and not said[first].text.lstrip(" ").startswith("- ")):
        yield whole
        return
    try:
        found = list(_below(said, first, until, head + said[at].text))
    except _Uncut:
        yield whole
        return
    lead = "".join([line.text for line in said[at:first]])
    yield Cut(said[at].start, lead, head)
    yield from found


# -- compose files -----------------------------------------------------------------------------------------------------


def _of_compose(text: str) -> Iterator[Cut]:
    starts: list[tuple[int, str]] = []
    head, indent = "", 0
    for at, line in lines(text):
        bare = line.lstrip(" ")
        if not bare.strip() or bare[0] == "#" or (not starts and _MARK.match(line)):
            continue
        key, depth = _KEY.match(line), len(line) - len(bare)
        if not depth:
            if key is None or key[2] in _TOGETHER:
                raise _Uncut
            head, indent = (line, 0) if _SERVICES.match(line) else ("", 0)
            starts.append((at, ""))
        elif head:
            indent = indent or depth
            if depth < indent or (depth == indent and (key is None or key[2] in _TOGETHER)):
                raise _Uncut
            if depth == indent:
                starts.append((at, head))
    ends = [*(at for at, _ in starts[1:]), len(text)]
    found = [Cut(start, text[start:end], head) for (start, head), end in zip(starts, ends, strict=True)]
    heads = _heads(found)
    return (each._replace(head=above) for each, above in zip(found, heads, strict=True))


def _heads(cut: Sequence[Cut]) -> list[str]:
    """What each piece is read behind: the key above it, and the pieces with its anchors."""
    anchors: dict[str, int] = {}
    for number, each in enumerate(cut):
        for name in _ANCHOR.findall(each.text) if "&" in each.text else ():
            if name in anchors and anchors[name] != number:
                raise _Uncut
            anchors[name] = number
    if not anchors:
        return [each.head for each in cut]
    heads: list[str] = []
    for number, each in enumerate(cut):
        needed = set[int]()
        todo = [number]
        while todo:
            for name in _ALIAS.findall(cut[todo.pop()].text):
                if anchors.get(name, number) not in (*needed, number):
                    needed.add(anchors[name])
                    todo.append(anchors[name])
        if any(other > number or (cut[other].head and not each.head) for other in needed):
            raise _Uncut
        outer = "".join(cut[other].text for other in sorted(needed) if not cut[other].head)
        inner = "".join(cut[other].text for other in sorted(needed) if cut[other].head)
        heads.append(outer + each.head + inner)
    return heads
