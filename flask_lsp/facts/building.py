"""What builds of images are given, by compose files, workflows and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPTION = re.compile(r"--build-arg[\s=,\"'\[-]+([A-Za-z_]\w*)")
_BLOCK = re.compile(r"(?P<before>[ \t-]*)[\"']?(?:build-)?args[\"']?[ \t]*:(?P<rest>.*)")
_FLOW = re.compile(r"\bargs[\"']?[ \t]*:[ \t]*[{\[](?P<inner>[^}\]]*)")
_NAME = re.compile(r"(?:^|[{\[,])[\s\"'-]*([A-Za-z_]\w*)[\"']?[ \t]*(?=[:=,}\]]|$)")


def build_arguments(text: str) -> frozenset[str]:
    """The names of the arguments in a text: ``--build-arg NAME=value``, ``args:`` and ``build-args:`` of YAML."""
    if "args" not in text and "--build-arg" not in text:
        return frozenset()
    flows = (name for flow in _FLOW.finditer(text) for name in _NAME.findall(f"{{{flow['inner']}"))
    return frozenset((*_OPTION.findall(text), *flows, *_in_blocks(text)))


def _in_blocks(text: str) -> Iterator[str]:
    depth = -1
    for line in text.splitlines():
        bare = line.lstrip(" \t")
        if not bare or bare[0] == "#":
            continue
        at = len(line) - len(bare)
        if depth >= 0 and (at > depth or (at == depth and bare[0] == "-")):
            yield from _NAME.findall(bare)
            continue
        block = _BLOCK.fullmatch(line) if "args" in line else None
        depth = len(block["before"]) if block else -1
