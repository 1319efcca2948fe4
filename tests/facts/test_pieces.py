"""Deployment files that are read in pieces say what they say as a whole, whatever was typed before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.deployment_files import Kind
from flask_lsp.facts import dockerfile, plain_files, yaml_files
from flask_lsp.facts.deployment import DeploymentFacts, Piece, deployment_facts
from flask_lsp.facts.launching import started
from flask_lsp.facts.pieces import Cut
from flask_lsp.facts.plain_pieces import cuts as plain_cuts
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
CONTAINER = """\
        - name: web{0}
          command: ["gunicorn", "shop:app"]
          env:
            - name: FLASK_DEBUG
              value: "{0}"
            # what it is
            - name: FLASK_APP
              value: shop
"""
VOLUMES = "      volumes:\n        - name: x\n"
POD = (
    """\
kind: Deployment
metadata: {name: shop}
spec:
  template:
    metadata:
      name: shop
    spec:
"""
    + VOLUMES
    + "      containers:\n"
    + "".join(map(CONTAINER.format, range(6)))
)
MAP = "apiVersion: v1\ndata:\n  FLASK_APP: shop\n" + "".join(
    f"  FLASK_X{n}: 'a {n}'\n  Y: |\n    b\n" for n in range(20)
)
VALUES = (
    "image:\n  name: shop\nname: dev\ncommand: [flask, run]\n"
    + "".join(f"worker{n}:\n  env:\n  - FLASK_DEBUG={n}\n  run: flask run\n" for n in range(12))
    + "env:\n"
    + "".join(f"- name: FLASK_X{n}\n  value: x\n" for n in range(30))
)
WORKFLOW = (
    "name: Deploy\non: push\nenv:\n  FLASK_DEBUG: 1\njobs:\n  tests:\n    steps:\n    - run: flask run\n  web:\n"
    "    name: release\n    env: {FLASK_APP: shop}\n    steps:\n"
    + "".join(
        f"      - name: step {n}\n        run: |\n          cd app\n          flask run -p {n}\n" for n in range(14)
    )
)
DOCKERFILE = """\
# The shop.
FROM python:3.12 AS base
ENV FLASK_APP=shop \\
    # on
    FLASK_DEBUG=1
RUN <<EOF
ENV FLASK_X=no
EOF

COPY . .
ENTRYPOINT ["gunicorn", "shop:app"]
FROM base
  ENV FLASK_Y yes
CMD cd app && flask run
"""
PROCFILE = (
    "web: cd app && gunicorn shop:app\n\n# no: flask run\nworker: FLASK_DEBUG=1 flask run\nrelease: flask db upgrade"
)
UNIT = """\
[Unit]
Environment=FLASK_APP=no
[Service]
Environment="FLASK_APP=a b" FLASK_DEBUG=1
; Environment=FLASK_X=1 \\
ExecStart=/bin/gunicorn \\
  shop:app
 [Install]
Environment=FLASK_Z=1
"""
ENV = """\
FLASK_APP = 'a:b' # c

export FLASK_DEBUG="1"
KEY="-----BEGIN
FLASK_X=1
-----END" # so
'FLASK_Y'=2
bad line
FLASK_ENV=x#y
""" + "".join(f"FLASK_X{n}={n}\n" for n in range(20))
INI = """\
# uwsgi
[uwsgi]
module = shop:app
callable = app
env = FLASK_DEBUG=1
[program:web]
command = gunicorn \\
  shop:app
environment = FLASK_APP="a",FLASK_X='1'
[other]
env = FLASK_Z=1
"""
SHELL = """\
#!/bin/sh
export FLASK_APP="shop" FLASK_DEBUG=1
cd app
if [ -f x ]; then
flask run
fi
cat > y <<EOF
flask run
EOF
case "$1" in
start)
  FLASK_X='a
b' gunicorn shop:app ;;
esac
main() {
  python app.py \\
    --x
}
echo $(
flask run
)
gunicorn "shop:app" && flask run
"""
TEXTS: list[tuple[Kind, str, int]] = [
    ("compose", COMPOSE, 6),
    ("yaml", KUBERNETES, 2),
    ("yaml", POD, 10),
    ("yaml", POD.replace(VOLUMES, "") + VOLUMES.rstrip(), 10),
    ("yaml", MAP, 6),
    ("yaml", VALUES, 12),
    ("workflow", WORKFLOW, 9),
    ("dockerfile", DOCKERFILE, 10),
    ("procfile", PROCFILE, 5),
    ("unit", UNIT, 3),
    ("env", ENV, 4),
    ("ini", INI, 5),
    ("shell", SHELL, 15),
]
TYPED = st.lists(st.tuples(st.integers(0, 1500), st.sampled_from("ab =\n:\"'-[]{}#&*|>\t\\$(`<")), max_size=8)


@contextmanager
def uncut() -> Iterator[None]:
    """Everything is read as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_files, "cuts", lambda *_: [])
        patch.setattr(plain_files, "cuts", lambda _, text: [Cut(0, text)])
        patch.setattr(dockerfile, "_cuts", lambda text: [Cut(0, text)])
        yield


def said(kind: Kind, text: str, known: Mapping[str, Piece] | None = None) -> tuple[object, DeploymentFacts]:
    """What a file says, in the order of the text, whatever the order in which it was found."""
    facts = deployment_facts(kind, "/p/x", text, known)
    variables = sorted(facts.variables, key=lambda each: each.name_span)
    commands = sorted(facts.commands, key=lambda each: each.whole)
    return (variables, commands, sorted(started(facts), key=lambda each: each.span)), facts


@pytest.mark.parametrize(("kind", "text", "count"), TEXTS)
def test_pieces_say_what_the_whole_does(kind: Kind, text: str, count: int) -> None:
    if kind == "dockerfile":
        assert len(dockerfile._cuts(text)) == count
    else:
        assert len(cuts(kind, text) if kind in ("compose", "yaml", "workflow") else plain_cuts(kind, text)) == count
    in_pieces, facts = said(kind, text)
    with uncut():
        assert in_pieces == said(kind, text)[0]
    assert facts.variables or kind == "procfile"
    assert facts.commands or kind == "env" or text == MAP


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


@given(st.sampled_from(TEXTS), TYPED)
def test_what_was_typed_before_does_not_count(case: tuple[Kind, str, int], typed: list[tuple[int, str]]) -> None:
    kind, text, _ = case
    known = said(kind, text)[1].pieces
    for at, letter in typed:
        text = text[:at] + letter + text[at:]
        now, facts = said(kind, text, known)
        assert now == said(kind, text)[0]
        known = facts.pieces
        with uncut():
            as_whole, whole = said(kind, text)
        if all(each.whole for each in whole.pieces.values()) or kind not in ("compose", "yaml", "workflow"):
            assert now == as_whole


@pytest.mark.parametrize(("kind", "text", "count"), TEXTS)
def test_a_key_reads_one_piece_again(kind: Kind, text: str, count: int) -> None:
    known = deployment_facts(kind, "/p/x", text).pieces
    at = text.index("FLASK_DEBUG") if "FLASK_DEBUG" in text else text.index("FLASK_X0")
    now = deployment_facts(kind, "/p/x", text[:at] + "X" + text[at:], known).pieces
    new = [each for key, each in now.items() if key not in known]
    assert 0 < sum(len(each.text) for each in new) < len(text) * 0.7
