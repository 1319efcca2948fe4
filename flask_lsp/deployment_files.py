"""Which files say how a project is deployed, by their paths: one table for the walk, the server and its clients.

Imports nothing but ``re``: the server asks before the core is there.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["python", "dockerfile", "compose", "procfile", "unit", "yaml", "workflow", "env", "ini", "shell"]
"""What a document is read as: ``unit`` is one of systemd, ``yaml`` a manifest of Kubernetes, App Engine and others."""

LANGUAGES: tuple[tuple[str, Kind], ...] = (
    ("dockerfile", "dockerfile"),
    ("dockercompose", "compose"),
    ("dotenv", "env"),
    ("procfile", "procfile"),
    ("github-actions-workflow", "workflow"),
    ("systemd-unit-file", "unit"),
)
"""The language ids that tell the kind of a document whose name does not."""

PATTERNS: tuple[str, ...] = (
    "**/{Dockerfile,Containerfile,*.Dockerfile,*.dockerfile,Dockerfile.*,Dockerfile-*}",
    "**/{Procfile,Procfile.*}",
    "**/*compose*.{yml,yaml}",
    "**/{app,app.*,render,values,values*}.{yml,yaml}",
    "**/*{deployment,deploy,statefulset,daemonset,cronjob,configmap,k8s,kube}*.{yml,yaml}",
    "**/{k8s,kube,kubernetes,helm,charts,manifests,deploy,deployment}/**/*.{yml,yaml}",
    "**/.github/workflows/*.{yml,yaml}",
    "**/*.service",
    "**/{.env*,*.env,.flaskenv}",
    "**/*{wsgi,app}*.ini",
    "**/supervisor*.conf",
    "**/*.sh",
)
"""What clients select: every path that ``kind_of`` takes matches one of these, and no other need be sent."""

_COMPOSE = re.compile(r"[\w.-]*compose[\w.-]*\.ya?ml")
_MANIFEST = re.compile(
    r"(?:app(?:\.[\w.-]+)?|render|values[\w.-]*"
    r"|[\w.-]*(?:deployment|deploy|statefulset|daemonset|cronjob|configmap|k8s|kube)[\w.-]*)\.ya?ml"
)
_MANIFEST_FOLDERS = re.compile(r"/(?:k8s|kube|kubernetes|helm|charts|manifests|deploy|deployment)/.*\.ya?ml$")
_WORKFLOW = re.compile(r"/\.github/workflows/[^/]+\.ya?ml$")
_NAMES: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"(?:[\w.-]+\.)?(?:dockerfile|containerfile)(?:[.-][\w.-]+)?", re.IGNORECASE), "dockerfile"),
    (re.compile(r"Procfile(?:\.\w+)?"), "procfile"),
    (_COMPOSE, "compose"),
    (re.compile(r"[\w@.-]+\.service"), "unit"),
    (re.compile(r"\.env(?!(?:rc|oy)(?![a-z]))[\w.-]*(?<!\.yml)(?<!\.yaml)|[\w-]+\.env|\.flaskenv"), "env"),
    (re.compile(r"[\w.-]*(?:wsgi|app)[\w.-]*\.ini|supervisor[\w.-]*\.conf"), "ini"),
    (re.compile(r"[^/]+\.sh"), "shell"),
    (_MANIFEST, "yaml"),
)
_CHEAP = re.compile(r"^\.env|(?:\.(?:ya?ml|service|env|flaskenv|ini|conf|sh)|file)(?![a-z])|\.env\.", re.IGNORECASE)
_ELSE = (".py", ".pyw", ".md", ".txt", ".rst", ".dockerignore", ".j2", ".tmpl", ".tpl", ".template", ".rb")
_GUNICORN = re.compile(r"(?:^|/)gunicorn[\w.-]*\.py$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DEVELOPMENT = re.compile(
    r"dev(?:el(?:op(?:ment|er)?)?)?s?|devcontainer|(?:py)?tests?|testing|local(?:host|dev)?|debug(?:ger)?|ci|e2e|override"
    r"|examples?|samples?|demos?|docs?|tutorials?|templates?|vagrant|windows|sandbox|playground|cypress",
)
_PRODUCTION = re.compile(r"prod(?:uction)?|stag(?:e|ing)|live|release")


def kind_of(path: str) -> Kind | None:
    """What a document is read as; ``None`` for one that is none of our business."""
    if path.endswith((".py", ".pyw")):
        return "python"
    name = path.rpartition("/")[2]
    if not _CHEAP.search(name) or path.endswith(_ELSE):
        return None
    if path.endswith((".yml", ".yaml")) and _WORKFLOW.search(path):
        return "workflow"
    for pattern, kind in _NAMES:
        if pattern.fullmatch(name):
            return kind
    return "yaml" if _MANIFEST_FOLDERS.search(path) else None


def kind_by_language(language: str) -> Kind | None:
    """The kind that a client's language id tells by itself."""
    return dict(LANGUAGES).get(language)


def is_gunicorn(path: str) -> bool:
    """A configuration file of gunicorn: Python, and said to a server all the same."""
    return bool(_GUNICORN.search(path))


def says_development(name: str) -> bool:
    """A word of a name says that it is for development, for tests or to look at."""
    return any(_DEVELOPMENT.fullmatch(word) for word in _words(name))


def says_production(name: str) -> bool:
    return any(_PRODUCTION.fullmatch(word) for word in _words(name))


def _words(name: str) -> list[str]:
    """The words of a name in small letters; ``.envprod`` is of one."""
    return [word.lower().removeprefix("env") for word in _WORDS.findall(name)]
