"""Mistakes that people make where they deploy, one at a time in correct deployments: at least 95 of 100 are found, and
the deployments themselves are clean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.base import Level
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings
from tests.rules.seeded_deployment import FORMATS, GUNICORN, HANDLERS, IMAGE, PROJECTS, SETTINGS, UWSGI, WORKFLOW

Files = Mapping[str, str]
_CLEAN = {"LOG_LEVEL": "info"}
VARIABLES = {
    "FL503": [("FLASK_DEBUG", "1"), ("FLASK_DEBUG", "true"), ("FLASK_ENV", "development")],
    "FL504": [("FLASK_ENV", "production")],
    "FL505": [("WERKZEUG_DEBUG_PIN", "off")],
}
HANDLED = {
    "FL805": [
        "@app.errorhandler(Exception)\ndef failed(error):\n    return jsonify(error='failed'), 500",
        "@app.errorhandler(Exception)\ndef failed(error):\n    return str(error), 500",
        (
            "@app.errorhandler(Exception)\ndef failed(error):\n    response = jsonify(error=repr(error))\n"
            "    response.status_code = 500\n    return response"
        ),
        "def failed(error):\n    return 'failed', 500\n\n\napp.register_error_handler(Exception, failed)",
        "@app.errorhandler(BaseException)\ndef failed(e):\n    return {'error': type(e).__name__}, 500",
    ],
    "FL806": [
        (
            "@app.errorhandler(Exception)\ndef failed(error):\n    if isinstance(error, HTTPException):\n"
            "        return error\n    return jsonify(error='failed'), 500"
        ),
        "@app.errorhandler(Exception)\ndef failed(error):\n    return 'failed', getattr(error, 'code', 500)",
        "from bugsnag.wsgi.middleware import BugsnagMiddleware\n\napp.wsgi_app = BugsnagMiddleware(app.wsgi_app)",
    ],
    "FL804": [
        (
            "from flask import send_from_directory\n\n\n@app.route('/assets/<path:name>')\ndef assets(name):\n"
            "    return send_from_directory('assets', name)"
        ),
        (
            "from flask import send_from_directory\n\n\n@app.get('/static/css/<path:filename>')\n"
            "def css(filename):\n    return send_from_directory(app.static_folder, filename)"
        ),
        (
            "from flask import send_file\n\n\n@app.route('/img/<name>')\ndef image(name):\n"
            "    return send_file(os.path.join('static', 'img', name))"
        ),
    ],
    "FL801": ["app.run()", "app.run(port=8000)", "try:\n    app.run()\nfinally:\n    logging.shutdown()"],
    "FL501": [
        "if __name__ == '__main__':\n    app.run(debug=True)",
        "app.debug = True",
        "def main():\n    app.run('localhost', 8000, True)",
    ],
}


def found(files: Files) -> list[tuple[str, str, Level]]:
    project = Project("/p", Settings(), Versions())
    for name, text in files.items():
        project = project.with_text(f"/p/{name}", text)
    project = project.with_complete(True)
    return [(one, each.rule.code, each.level) for one in project.files for each in check(project, one)]


def deployed(form: str, project: str, words: list[str], variables: Mapping[str, str] = _CLEAN) -> Files:
    name, write = FORMATS[form]
    files = {**PROJECTS[project][0], name: write(words, variables)}
    return files if "Dockerfile" in files else {**files, "Dockerfile": IMAGE}


def gunicorn(target: str) -> list[str]:
    return ["gunicorn", "-b", "0.0.0.0:8000", "--workers", "4", target]


def mistyped(target: str) -> Iterator[str]:
    module, _, name = target.partition(":")
    yield f"{module}s:{name}"
    yield f"{module}:{name[:-3]}{name[-1]}" if not name.endswith("()") else f"{module}:creat_app()"
    if name.endswith("()"):
        yield target[:-2]


def breaks() -> Iterator[tuple[str, str, Files]]:
    """The code that each mistake should have, what it is, and the files."""
    for form in FORMATS:
        for project, (_, target, serves) in PROJECTS.items():
            for code, settings in VARIABLES.items():
                for name, value in settings:
                    files = deployed(form, project, gunicorn(target), {**_CLEAN, name: value})
                    yield code, f"{form}, {project}: {name}={value}", files
            for other in mistyped(target):
                yield "FL807", f"{form}, {project}: {other}", deployed(form, project, gunicorn(other))
            flask = ["flask", "--app", target.partition(":")[0], "run", "--host", "0.0.0.0"]
            for words in (flask, ["python", serves], ["python3", "-m", "flask", *flask[1:]]):
                yield "FL802", f"{form}, {project}: {' '.join(words)}", deployed(form, project, words)
            yield "FL503", f"{form}, {project}: --debug", deployed(form, project, [*flask, "--debug"])
    yield from _configured()
    for code, seeds in HANDLED.items():
        for seed in seeds:
            yield code, seed, handled(seed)


def _configured() -> Iterator[tuple[str, str, Files]]:
    """Files that are no commands: gunicorn's, uWSGI's, those of variables, workflows."""
    for project, (_, target, _serves) in PROJECTS.items():
        for other in mistyped(target):
            yield "FL807", f"gunicorn.conf.py, {project}: {other}", configured(project, gunicorn_target=other)
            if not other.endswith(")") and not target.endswith(")"):
                yield "FL807", f"uwsgi.ini, {project}: {other}", configured(project, uwsgi_target=other)
        for code, settings in VARIABLES.items():
            for name, value in settings:
                for where in ("gunicorn", "uwsgi", "workflow", "env"):
                    files = configured(project, **{f"{where}_sets": f"{name}={value}"})
                    yield code, f"{where}, {project}: {name}={value}", files
        yield "FL807", f".env, {project}: FLASK_APP", configured(project, env_sets="FLASK_APP=shopp")


def configured(
    project: str,
    *,
    gunicorn_target: str = "",
    uwsgi_target: str = "",
    gunicorn_sets: str = "",
    uwsgi_sets: str = "",
    workflow_sets: str = "",
    env_sets: str = "",
) -> Files:
    files, target, _ = PROJECTS[project]
    module, _, name = (uwsgi_target or target).partition(":")
    module, name = ("serve", "app") if name.endswith(")") else (module, name)
    set_here = f'"{gunicorn_sets}"' if gunicorn_sets else ""
    served = GUNICORN.replace("TARGET", gunicorn_target or target)
    uwsgi = UWSGI.replace("MODULE", module).replace("NAME", name)
    set_there = "  " + workflow_sets.replace("=", ": ", 1) if workflow_sets else ""
    return {
        **files,
        "gunicorn.conf.py": served.replace("VARIABLES", f", {set_here}" if set_here else ""),
        "uwsgi.ini": uwsgi.replace("ENV", f"env = {uwsgi_sets}\n" if uwsgi_sets else ""),
        ".github/workflows/deploy.yml": WORKFLOW.replace("ENV", set_there).replace("APP", target.partition(":")[0]),
        ".env.production": f"LOG_LEVEL=info\n{env_sets}\n",
        "Dockerfile": IMAGE.replace("./entrypoint.sh", "gunicorn"),
    }


def handled(seed: str = "") -> Files:
    files = {"app.py": HANDLERS.replace("SEEDED", seed).replace("BEFORE\n", ""), "settings.py": SETTINGS}
    return {**files, "Procfile": "web: gunicorn app:app\n"}


def _bad(files: Files) -> list[tuple[str, str, Level]]:
    return [each for each in found(files) if each[1].startswith(("FL4", "FL5", "FL8"))]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("project", PROJECTS)
def test_correct_deployments_are_clean(form: str, project: str) -> None:
    assert not _bad(deployed(form, project, gunicorn(PROJECTS[project][1])))


@pytest.mark.parametrize("project", PROJECTS)
def test_correct_configurations_are_clean(project: str) -> None:
    assert not _bad(configured(project))
    assert not _bad(handled())


def test_mistakes_are_found() -> None:
    every = list(breaks())
    missed = [f"{code} {what}" for code, what, files in every if code not in {one for _, one, _ in found(files)}]
    assert len(every) >= 500
    assert len(missed) <= len(every) * 0.05, missed
