"""Where YAML can be cut: at documents, at the keys of a long mapping and at the items of a long list.

A piece below a key is read behind that key, and behind what stands beside it and says something of all: its name, its
image. Anchors and aliases are followed in compose files only, where they are common; a piece that holds an alias is
read with the pieces that hold the anchor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flask_lsp.deployment_files import Kind
from flask_lsp.facts.pieces import ALIAS, Cut, joined

_KEY = re.compile(r"( *)([\w./-]+):(?=\s|\Z)")
_WORD = re.compile(r" *\w[\w./:=$-]*[ \t]*\r?(?:\n|\Z)")
_OPENS = re.compile(r" *[\w./-]+:[ \t]*(?:#[^\n]*)?\r?\n?\Z")
"""A key with nothing behind it on its line."""
_SERVICES = re.compile(r"services:[ \t]*(?:#[^\n]*)?\r?\n?\Z")
_MARK = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
_SAYING = re.compile(r"^ *[^\s#][^\n]*", re.MULTILINE)
"""A line that says something."""
_ANCHOR = re.compile(r"(?:^|\s)&([\w-]+)")
COMMANDS = frozenset({"command", "entrypoint", "args", "startcommand", "run", "start", "script"})
"""Keys whose values are started."""
_TELLING = frozenset({"name", "build", "profiles", "volumes"})
_STANDING = frozenset({"image", "environment", "containers", "template", "command", "entrypoint"})
"""Keys that say something of what stands beside them: the latter by being there."""
_UNCUT = COMMANDS | _TELLING
_TOGETHER = frozenset({"command", "entrypoint", "image", "build", "environment", "containers", "template", *COMMANDS})
_LONG = 40
"""So many lines are worth to be cut."""


class _Uncut(Exception):
    """The file has to be read as a whole."""


def cuts(kind: Kind, text: str) -> list[Cut]:
    """The pieces of a text; nothing where it cannot be cut."""
    try:
        if kind == "compose":
            return _of_compose(text)
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
    starts = [0, *(found.start() for found in _MARK.finditer(text) if found.start())]
    ends = [*starts[1:], len(text)]
    return [Cut(start, text[start:end]) for start, end in zip(starts, ends, strict=True)]


@lru_cache(64)
def _end_before(depth: int) -> re.Pattern[str]:
    """The end of a line before one that says something and has so many blanks before it, at most."""
    return re.compile(rf"\n(?= {{0,{depth}}}[^\s#])")


def _parts(text: str, depth: int) -> list[str]:
    """A text in parts that begin with lines that say something and have so many blanks before them, at most; the first
    begins where the text does."""
    *parts, last = _end_before(depth).split(text)
    return [*[f"{part}\n" for part in parts], last]


def _says_at(part: str, depth: int) -> bool:
    return _end_before(depth).match(f"\n{part[: depth + 1]}") is not None


def _begins_key(part: str) -> bool:
    """A text begins with a plain key, or with a word that might become one while somebody types."""
    return _KEY.match(part) is not None or _WORD.match(part) is not None


def depth_of(part: str) -> int:
    """How many blanks stand before a text."""
    return len(part) - len(part.lstrip(" "))


def _height(text: str) -> int:
    """How many lines a text has."""
    return text.count("\n") + (not text.endswith("\n"))


# -- manifests and workflows -------------------------------------------------------------------------------------------


def _of_document(start: int, text: str) -> list[Cut]:
    """The pieces of one document; the document itself where it is short, or cannot be cut."""
    whole = [Cut(start, text)]
    first = _SAYING.search(text)
    while first is not None and _MARK.match(first[0]):
        first = _SAYING.search(text, first.end())
    if _height(text) < _LONG or "\t" in text or first is None:
        return whole
    at = first.start()
    try:
        found = joined(_below(text[at:], at, ""))
    except _Uncut:
        return whole
    found[0] = Cut(0, text[:at] + found[0].text, found[0].head)
    return [Cut(start + each.start, each.text, each.head) for each in found] if len(found) > 1 else whole


def _below(text: str, start: int, head: str) -> list[Cut]:
    """The pieces of a part of a file that stands there, which is one mapping or one list below ``head``; its first line
    says something."""
    depth = depth_of(text)
    is_list = text.startswith("- ", depth)
    children, names = list[str](), list[str]()
    for part in _parts(text, depth):
        key = _KEY.match(part)
        begins_item, begins_key = part.startswith("- ", depth), _begins_key(part)
        if not (begins_item or (begins_key and not is_list)) or depth_of(part) != depth:
            raise _Uncut
        if is_list or begins_key:
            children.append(part)
            names.append(key[2].lower() if key is not None and not is_list else "")
        else:
            children[-1] += part
    if len([name for name in names if name in COMMANDS]) > 1 or (is_list and _height(text) < _LONG):
        raise _Uncut
    stands = " " * depth + "{}: x\n"
    telling = {
        number: f"{children[number]}\n" if name in _TELLING else stands.format(name)
        for number, name in enumerate(names)
        if name in _TELLING or name in _STANDING
    }
    found = list[Cut]()
    for number, child in enumerate(children):
        beside = "".join([line for other, line in telling.items() if other != number]) if telling else ""
        found += _of_child(child, start, head + beside, can_be_cut=names[number] not in _UNCUT)
        start += len(child)
    return found


def _of_child(text: str, start: int, head: str, *, can_be_cut: bool) -> list[Cut]:
    """The pieces of a key or an item with what is below it."""
    if can_be_cut and len(text) > _LONG and _height(text) >= _LONG:
        behind = text.find("\n") + 1
        line, first = text[:behind], _SAYING.search(text, behind)
        if first is not None and _OPENS.match(line):
            at, below = first.start(), text[first.start() :]
            if depth_of(below) > depth_of(line) or below.lstrip(" ").startswith("- "):
                try:
                    return [Cut(start, text[:at], head), *_below(below, start + at, head + line)]
                except _Uncut:
                    pass
    return [Cut(start, text, head)]


# -- compose files -----------------------------------------------------------------------------------------------------


def _of_compose(text: str) -> list[Cut]:
    outer, at = _parts(text, 0), 0
    while outer and (not _says_at(outer[0], 0) or _MARK.match(outer[0])):
        if not _MARK.match(outer[0]) and _SAYING.search(outer[0]):
            raise _Uncut
        at += len(outer.pop(0))
    found = list[Cut]()
    for part in outer:
        key = _KEY.match(part)
        if not _begins_key(part) or (key is not None and key[2] in _TOGETHER):
            raise _Uncut
        line = part[: part.find("\n") + 1]
        found += _of_services(part, at, line) if _SERVICES.match(line) else [Cut(at, part)]
        at += len(part)
    if "&" not in text:
        return found
    return [each._replace(head=above) for each, above in zip(found, _heads(found), strict=True)]


def _of_services(text: str, start: int, head: str) -> Iterator[Cut]:
    """What stands before the first service, and each of them behind the key above."""
    first = _SAYING.search(text, len(head))
    begin = first.start() if first is not None else len(text)
    yield Cut(start, text[:begin])
    depth = depth_of(text[begin:])
    for part in _parts(text[begin:], depth) if first is not None else ():
        key = _KEY.match(part)
        if not _begins_key(part) or (key is not None and key[2] in _TOGETHER) or depth_of(part) != depth:
            raise _Uncut
        yield Cut(start + begin, part, head)
        begin += len(part)


def _heads(cut: Sequence[Cut]) -> list[str]:
    """What each piece is read behind: the key above it, and the pieces with its anchors."""
    anchors: dict[str, int] = {}
    for number, each in enumerate(cut):
        for name in _ANCHOR.findall(each.text) if "&" in each.text else ():
            if name in anchors and anchors[name] != number:
                raise _Uncut
            anchors[name] = number
    heads: list[str] = []
    for number, each in enumerate(cut):
        needed = set[int]()
        todo = [number]
        while todo:
            for name in ALIAS.findall(cut[todo.pop()].text):
                if anchors.get(name, number) not in (*needed, number):
                    needed.add(anchors[name])
                    todo.append(anchors[name])
        if any(other > number or (cut[other].head and not each.head) for other in needed):
            raise _Uncut
        outer = "".join(cut[other].text for other in sorted(needed) if not cut[other].head)
        inner = "".join(cut[other].text for other in sorted(needed) if cut[other].head)
        heads.append(outer + each.head + inner)
    return heads
