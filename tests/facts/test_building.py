"""The arguments that builds are given, as compose files, workflows and scripts write them."""

from __future__ import annotations

import pytest

from flask_lsp.facts.building import build_arguments


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "services:\n  web:\n    build:\n      args:\n        A: 0\n        B: 1\n    environment:\n      C: 1\n",
            "AB",
        ),
        ("build:\n  args:\n  - A=0\n  # why\n  - B\n  target: C\n", "AB"),
        ('build: {context: ., args: {A: 0, "B": 1}}\nenvironment: {C: 1}\n', "AB"),
        ("build:\n  args: [A=0, B]\n", "AB"),
        ("with:\n  build-args: |\n    A=0\n    B=1\n  tags: C\n", "AB"),
        ("docker build --build-arg A=0 --build-arg=B .", "AB"),
        ('args: ["build", "--build-arg", "A=0"]\n', "A"),
        ("args:\n- build\n- --build-arg\n- A=0\n", "A"),
        ("environment:\n  A: 0\n", ""),
    ],
)
def test_what_builds_are_given(text: str, names: str) -> None:
    assert {name for name in build_arguments(text) if name.isupper()} == set(names)
