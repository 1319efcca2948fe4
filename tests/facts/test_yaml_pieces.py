"""YAML that is read in pieces says what it says as a whole, whatever was typed before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.deployment_files import Kind
from flask_lsp.facts import yaml_files
from flask_lsp.facts.deployment import deployment_facts
from flask_lsp.facts.yaml_pieces import cuts

COMPOSE = """\
# Everything.
---
x-common: &common
  restart: always
  environment: &environment
    FLASK_APP: shop
services:
  # the shop
  web:
    <<: *common
    build: .
    command: >
      gunicorn
      shop:app
    environment:
      <<: *environment
      FLASK_DEBUG: "1"
  worker:
    build: {context: .}
    command: ["python", "worker.py"]
    environment:
      - FLASK_DEBUG=0

  db:
    image: postgres
volumes:
  data:
"""
KUBERNETES = """\
kind: Deployment
spec:
  containers:
    - name: web
      command: ["gunicorn"]
      args: ["shop:app"]
---
kind: Deployment
spec:
  containers:
    - name: worker
      command: [flask, run]
      env:
        - name: FLASK_DEBUG
          value: "1"
"""
TYPED = st.lists(st.tuples(st.integers(0, 900), st.sampled_from("ab \n:\"'-[]{}#&*|>\t")), max_size=8)


def whole(kind: Kind, text: str) -> tuple[Any, bool]:
    variables, commands, unmended = yaml_files._said(kind, "/p/x.yml", yaml_files._masked(text))
    return (tuple(variables), tuple(commands)), unmended


@pytest.mark.parametrize(("kind", "text", "count"), [("compose", COMPOSE, 6), ("yaml", KUBERNETES, 2)])
def test_pieces_say_what_the_whole_does(kind: Kind, text: str, count: int) -> None:
    assert len(cuts(kind, text)) == count
    facts = deployment_facts(kind, "/p/x.yml", text)
    assert facts.pieces
    assert (facts.variables, facts.commands) == whole(kind, text)[0]
    assert facts.variables
    assert len(facts.commands) > 1


@pytest.mark.parametrize(
    "text",
    [
        "services: {web: {command: flask run}}\ncommand: flask run\n",
        "services:\n  web:\n    build: .\n  command:\n    build: .\n",
        "services:\n  <<: *all\n  web:\n    build: .\n",
        "- flask\n- run\n",
        "services:\n\tweb:\n    build: .\n",
        '"services":\n  web:\n    build: .\n',
    ],
)
def test_what_cannot_be_cut(text: str) -> None:
    assert not cuts("compose", text)


@given(st.sampled_from([("compose", COMPOSE), ("yaml", KUBERNETES)]), TYPED)
def test_what_was_typed_before_does_not_count(case: tuple[Kind, str], typed: list[tuple[int, str]]) -> None:
    kind, text = case
    known = deployment_facts(kind, "/p/x.yml", text).pieces
    for at, letter in typed:
        text = text[:at] + letter + text[at:]
        now = deployment_facts(kind, "/p/x.yml", text, known)
        anew = deployment_facts(kind, "/p/x.yml", text)
        assert (now.variables, now.commands) == (anew.variables, anew.commands)
        said, unmended = whole(kind, text)
        if unmended:
            assert (now.variables, now.commands) == said
        known = now.pieces


def test_a_key_reads_one_piece_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = yaml_files._said
    monkeypatch.setattr(yaml_files, "_said", lambda kind, path, text: read.append(text) or original(kind, path, text))
    services = "".join(f"  web{number}:\n    build: .\n    command: flask run\n" for number in range(50))
    text = "services:\n" + services
    known = deployment_facts("compose", "/p/x.yml", text).pieces
    read.clear()
    deployment_facts("compose", "/p/x.yml", text.replace("web25", "web2x"), known)
    assert len(read) == 1
    assert len(read[0]) < 100
