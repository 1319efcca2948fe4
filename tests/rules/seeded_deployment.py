"""Correct deployments in all formats that are read, in which ``test_seeded_deployment`` makes one mistake after the
other. A format writes a command and variables as people write them there; a project has what they name."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence

Words = Sequence[str]
Variables = Mapping[str, str]
Format = Callable[[Words, Variables], str]

_INSTALLS = """\
FROM python:3.13-slim AS base
WORKDIR /srv
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
"""


def spoken(words: Words) -> str:
    return shlex.join(words)


def docker_list(words: Words, variables: Variables) -> str:
    lines = "".join(f"ENV {name}={value}\n" for name, value in variables.items())
    return f"{_INSTALLS}{lines}EXPOSE 8000\nCMD {json.dumps(list(words))}\n"


def docker_shell(words: Words, variables: Variables) -> str:
    pairs = " \\\n    ".join(f'{name}="{value}"' for name, value in variables.items())
    return f"{_INSTALLS}ENV {pairs}\nCMD {spoken(words)}\n"


def docker_entry(words: Words, variables: Variables) -> str:
    lines = "".join(f"ENV {name} {value}\n" for name, value in variables.items())
    rest = f"CMD {json.dumps(list(words[1:]))}\n" if words[1:] else ""
    return f"{_INSTALLS}\nFROM base\n{lines}ENTRYPOINT {json.dumps([words[0]])}\n{rest}"


def docker_exec(words: Words, variables: Variables) -> str:
    lines = "".join(f"ENV {name}={value}\n" for name, value in variables.items())
    return f'{_INSTALLS}{lines}CMD ["sh", "-c", {json.dumps("exec " + spoken(words))}]\n'


def procfile(words: Words, variables: Variables) -> str:
    before = "".join(f"{name}={value} " for name, value in variables.items())
    return f"release: flask --app shop db upgrade\nweb: {before}{spoken(words)}\n"


def compose_mapping(words: Words, variables: Variables) -> str:
    lines = "".join(f'      {name}: "{value}"\n' for name, value in variables.items())
    return (
        f"services:\n  web:\n    build: .\n    command: {json.dumps(spoken(words))}\n    environment:\n{lines}"
        '    ports:\n      - "8000:8000"\n  db:\n    image: postgres:17\n'
    )


def compose_list(words: Words, variables: Variables) -> str:
    lines = "".join(f"      - {name}={value}\n" for name, value in variables.items())
    return (
        "x-common: &common\n  restart: always\n  environment:\n"
        f"{lines}\nservices:\n  web:\n    <<: *common\n    build:\n      context: .\n"
        f"    command: {json.dumps(list(words))}\n"
    )


def compose_folded(words: Words, variables: Variables) -> str:
    lines = "".join(f"      {name}: {value!r}\n" for name, value in variables.items())
    return (
        f'version: "3.8"\nservices:\n  redis:\n    image: redis\n  web:\n    build: .\n    environment:\n{lines}'
        f"    command: >\n      {words[0]}\n      {spoken(words[1:])}\n"
    )


def unit(words: Words, variables: Variables) -> str:
    lines = "".join(f'Environment="{name}={value}"\n' for name, value in variables.items())
    return (
        f"[Unit]\nAfter=network.target\n\n[Service]\nWorkingDirectory=/srv/shop\n{lines}"
        f"ExecStart=/srv/shop/.venv/bin/{spoken(words)}\n\n[Install]\nWantedBy=multi-user.target\n"
    )


def unit_one_line(words: Words, variables: Variables) -> str:
    said = " ".join(f"{name}={value}" for name, value in variables.items())
    return f"[Service]\nUser=shop\nEnvironment={said}\nExecStart=/usr/bin/{words[0]} \\\n    {spoken(words[1:])}\n"


def kubernetes(words: Words, variables: Variables) -> str:
    lines = "".join(
        f'            - name: {name}\n              value: "{value}"\n' for name, value in variables.items()
    )
    return (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n---\napiVersion: apps/v1\nkind: Deployment\n"
        "metadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n"
        f"          image: registry/shop:1\n          command: {json.dumps(list(words[:1]))}\n"
        f"          args: {json.dumps(list(words[1:]))}\n          env:\n{lines}"
    )


def app_engine(words: Words, variables: Variables) -> str:
    lines = "".join(f'  {name}: "{value}"\n' for name, value in variables.items())
    return f"runtime: python312\nentrypoint: {spoken(words)}\n\nenv_variables:\n{lines}"


def render(words: Words, variables: Variables) -> str:
    lines = "".join(f'      - key: {name}\n        value: "{value}"\n' for name, value in variables.items())
    return (
        "services:\n  - type: web\n    name: shop\n    env: python\n"
        f"    startCommand: {spoken(words)}\n    envVars:\n{lines}"
    )


def script(words: Words, variables: Variables) -> str:
    lines = "".join(f"export {name}={value}\n" for name, value in variables.items())
    return f"#!/bin/sh\nset -e\n{lines}flask --app shop db upgrade\nexec {spoken(words)}\n"


def supervisor(words: Words, variables: Variables) -> str:
    said = ",".join(f'{name}="{value}"' for name, value in variables.items())
    return (
        "[supervisord]\nnodaemon=true\n\n[program:web]\ndirectory=/srv/shop\n"
        f"command={spoken(words)}\nenvironment={said}\n"
    )


FORMATS: dict[str, tuple[str, Format]] = {
    "a list in a Dockerfile": ("Dockerfile", docker_list),
    "a shell's words in a Dockerfile": ("Dockerfile", docker_shell),
    "an entry point, its arguments apart": ("Dockerfile", docker_entry),
    "a shell in a list": ("prod.Dockerfile", docker_exec),
    "a Procfile": ("Procfile", procfile),
    "compose": ("docker-compose.yml", compose_mapping),
    "compose, merged and in lists": ("compose.yaml", compose_list),
    "compose, folded": ("docker-compose.prod.yml", compose_folded),
    "systemd": ("shop.service", unit),
    "systemd, over several lines": ("ops/shop.service", unit_one_line),
    "Kubernetes": ("k8s/web.yaml", kubernetes),
    "App Engine": ("app.yaml", app_engine),
    "Render": ("render.yaml", render),
    "a script that an image starts": ("entrypoint.sh", script),
    "Supervisor": ("supervisord.conf", supervisor),
}
IMAGE = f'{_INSTALLS}ENTRYPOINT ["./entrypoint.sh"]\n'
"""What starts the script; for all others an image beside them is as good."""

SETTINGS = """\
import os


class Config:
    SECRET_KEY = os.environ["SECRET_KEY"]
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_SAMESITE = "Lax"
"""
_FACTORY = """\
from flask import Flask


def create_app():
    app = Flask(__name__)
    app.config.from_object("settings.Config")
    from shop.views import bp

    app.register_blueprint(bp)
    return app
"""
_VIEWS = """\
from flask import Blueprint, render_template

bp = Blueprint("shop", __name__)


@bp.route("/")
def index():
    return render_template("index.html")
"""
_SERVE = """\
from shop import create_app

app = create_app()

if __name__ == "__main__":
    app.run(port=5001)
"""
_GLOBAL = """\
from flask import Flask, render_template

app = Flask(__name__)
app.config.from_object("settings.Config")


@app.route("/")
def index():
    return render_template("index.html")


if __name__ == "__main__":
    app.run()
"""
PROJECTS: dict[str, tuple[dict[str, str], str, str]] = {
    "a factory": (
        {"shop/__init__.py": _FACTORY, "shop/views.py": _VIEWS, "serve.py": _SERVE, "settings.py": SETTINGS},
        "shop:create_app()",
        "serve.py",
    ),
    "a module of its own for servers": (
        {
            "shop/__init__.py": _FACTORY,
            "shop/views.py": _VIEWS,
            "wsgi.py": "from shop import create_app\n\napplication = create_app()\n",
            "serve.py": _SERVE,
            "settings.py": SETTINGS,
        },
        "wsgi:application",
        "serve.py",
    ),
    "one module": ({"shop.py": _GLOBAL, "settings.py": SETTINGS}, "shop:app", "shop.py"),
}
"""The files of a project, what gunicorn is given, and what starts the development server."""

GUNICORN = """\
bind = "0.0.0.0:8000"
workers = 4
raw_env = ["LOG_LEVEL=info"VARIABLES]
wsgi_app = "TARGET"
"""
UWSGI = """\
[uwsgi]
http-socket = :8000
module = MODULE
callable = NAME
master = true
ENV"""
WORKFLOW = """\
name: deploy
on:
  push:
    branches: [main]
env:
  LOG_LEVEL: info
ENV
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: flask --app APP db upgrade
      - run: ./deploy.sh
"""
HANDLERS = """\
from flask import Flask, jsonify
import logging
import os
import sentry_sdk
from werkzeug.exceptions import HTTPException
BEFORE
app = Flask(__name__)
app.config.from_object("settings.Config")
sentry_sdk.init(dsn=os.environ["SENTRY_DSN"])


@app.route("/")
def index():
    return jsonify(ok=True)


SEEDED
"""
