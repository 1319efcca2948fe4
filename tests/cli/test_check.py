"""What ``flask-lsp check`` looks at, says, changes and returns."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import FIXED, VIEWS, Run


def codes(out: str) -> list[str]:
    return [each["code"] for each in json.loads(out)]


def test_exit_codes(run: Run, project: Path) -> None:
    assert run("check").code == 1
    assert run("check", "--exit-zero").code == 0
    (project / "app" / "views.py").write_text(FIXED)
    done = run("check")
    assert (done.code, done.out, done.err) == (0, "", "Nothing found in 1 file\n")


def test_templates_and_scripts_are_read(run: Run, project: Path) -> None:
    views = "@app.post('/in')\ndef into():\n    return request.json.get('name', '')\n"
    (project / "app" / "views.py").write_text(f"from flask import Flask, request\napp = Flask(__name__)\n{views}")
    page = project / "templates" / "in.html"
    page.parent.mkdir()
    for text, found in (
        ("<form action='/in' method='post'><input name='name'></form>", ["FL903"]),
        ("<form action='/in' method='post'><input name='other'></form>", []),
        ("<form action='/in' method='post'><input name='name'></form>" + " " * 300_000, []),
    ):
        page.write_text(text)
        assert codes(run("check", "--output-format", "json").out or "[]") == found


def test_the_environment_whose_configuration_counts(run: Run, project: Path) -> None:
    (project / "app" / "views.py").write_text("from flask import Flask\n")
    (project / "config.py").write_text(
        "class ProductionConfig:\n    SESSION_COOKIE_HTTPONLY = False\n\n\n"
        "class DevelopmentConfig:\n    SESSION_COOKIE_SECURE = False\n"
    )

    def found(*options: str) -> list[tuple[str, str]]:
        out = run("check", "--output-format", "json", "--select", "FL404,FL405", *options).out
        return sorted((each["code"], each["level"]) for each in json.loads(out))

    assert found() == found("--environment", "production") == [("FL405", "warning")]
    assert found("--environment", "development") == [("FL404", "warning"), ("FL405", "information")]


def test_debug_mode_is_right_where_one_develops(run: Run, project: Path) -> None:
    (project / "app" / "views.py").write_text("from flask import Flask\n")
    text = "class Config:\n    DEBUG = True\n\n\nclass DevelopmentConfig:\n    DEBUG = True\n"
    (project / "config.py").write_text(text)
    for environment in ("production", "development"):
        out = run("check", "--output-format", "concise", "--select", "FL502", "--environment", environment).out
        assert [line.split()[0] for line in out.splitlines() if "FL502" in line] == ["config.py:2:13:"]


def test_code_for_another_environment_is_left_out(run: Run, project: Path) -> None:
    text = "from flask import Flask\n\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n"
    for name in ("app.py", "production.py", "dev.py"):
        (project / name).write_text(text)

    def found(environment: str) -> list[str]:
        out = run("check", "--output-format", "concise", "--select", "FL501", "--environment", environment).out
        return [line.split(":")[0] for line in out.splitlines() if "FL501" in line]

    assert found("production") == ["app.py", "production.py"]
    assert found("development") == ["app.py"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "gone.py"], "gone.py: no such file or folder"),
        (["check", "--select", "E501"], 'flask-lsp: --select: "E501" is no code'),
        (["check", "--ignore", "FL999"], "there is no rule FL999"),
        (["check", "--unsafe-fixes"], "--unsafe-fixes needs --fix or --diff"),
        (["check", "--output-format", "xml"], "invalid choice"),
        (["check", "--output-file", "gone/out.txt"], "gone/out.txt cannot be written"),
        (["check", "-", "app"], "stands alone"),
        (["server", "--tcp", "nowhere"], "expected HOST:PORT"),
        (["chekc"], "invalid choice"),
        ([], "required"),
    ],
)
def test_what_cannot_run_says_why(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_broken_settings_file_ends_the_run(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.flask-lsp\n")
    done = run("check")
    assert done.code == 2
    assert done.err.startswith("flask-lsp: pyproject.toml is no valid TOML: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[project\nname = 'shop'\n", "pyproject.toml is no valid TOML: "),
        ("[tool]\nflask-lsp = 'strict'\n", "pyproject.toml has a tool.flask-lsp that is no table: "),
    ],
)
def test_a_pyproject_without_settings_of_ours_costs_a_line(run: Run, project: Path, text: str, said: str) -> None:
    found = run("check", "--output-format", "concise").out
    (project / "pyproject.toml").write_text(text)
    (project / "inner").mkdir()
    (project / "inner" / "pyproject.toml").write_text("[project]\n")
    (project / "inner" / "views.py").write_text("x = 1\n")
    done = run("check", "--output-format", "concise")
    assert (done.out, done.code) == (found, 1)
    assert done.err.count(said) == 1


def test_a_broken_pyproject_below_is_passed_over(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.flask-lsp]\nselect = ["FL603"]\n')
    (project / "template").mkdir()
    (project / "template" / "pyproject.toml").write_text("name = {{ name }\n")
    (project / "template" / "views.py").write_text(VIEWS)
    done = run("check", ".", "--output-format", "json")
    assert "template/pyproject.toml is no valid TOML" in done.err
    assert done.code == 0
    assert run("check", "template").code == 0
    (project / "template" / "pyproject.toml").write_text("name = {{ name }\n[tool.flask-lsp]\n")
    assert run("check", ".").code == 0
    assert run("check", "template").code == 2


def test_a_wrong_key_is_named_and_costs_only_itself(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.flask-lsp]\npreset = "all"\nignor = ["FL9"]\n')
    done = run("check")
    assert done.code == 1
    assert 'flask-lsp: pyproject.toml: unknown setting flask-lsp.ignor, did you mean "ignore"?' in done.err
    assert done.err.count("flask-lsp.preset") == 1


def test_select_and_ignore(run: Run, project: Path) -> None:
    assert run("check", "--ignore", "FL9").code == 0
    assert run("check", "--select", "FL9,FL902").code == 1
    (project / "pyproject.toml").write_text('[tool.flask-lsp]\nignore = ["FL902"]\n')
    assert run("check").code == 0
    assert run("check", "--select", "fl902").code == 1


def test_settings_are_those_of_each_project(run: Run, project: Path) -> None:
    for name, text in (
        ("one", "ignore = ['FL']"),
        ("two", "severity = { FL9 = 'hint' }"),
        ("three", "exclude = ['x.py']"),
    ):
        (project / name).mkdir()
        (project / name / "pyproject.toml").write_text(f"[tool.flask-lsp]\n{text}\n")
        (project / name / "x.py").write_text(VIEWS)
    found = [(each["path"], each["level"]) for each in json.loads(run("check", "--output-format", "json").out)]
    assert found == [("app/views.py", "warning"), ("two/x.py", "hint")]
    assert codes(run("check", "--output-format", "json", "three/x.py").out) == ["FL902"]


def test_json_has_exactly_these_fields(run: Run) -> None:
    (found,) = json.loads(run("check", "--output-format", "json").out)
    message = found.pop("message")
    assert "jsonify" in message
    assert list(found.items()) == [
        ("code", "FL902"),
        ("name", "json-dumps-response"),
        ("level", "warning"),
        ("path", "app/views.py"),
        ("line", 9),
        ("column", 12),
        ("end_line", 9),
        ("end_column", 31),
        ("url", None),
        ("fixes", [{"title": "Return `jsonify(...)`", "safe": True}]),
        ("related", []),
    ]


def test_json_of_nothing_is_an_empty_list(run: Run) -> None:
    assert json.loads(run("check", "--output-format", "json", "--ignore", "FL").out) == []


def test_paths_outside_are_relative_too(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")
    (found,) = json.loads(run("check", "../app", "--output-format", "json").out)
    assert found["path"] == "../app/views.py"


def test_order(run: Run, project: Path) -> None:
    for name in ("b.py", "a.py"):
        (project / name).write_text(VIEWS + '\n@app.route("/b")\ndef b():\n    return json.dumps([])\n')
    found = json.loads(run("check", "b.py", "app", "a.py", "a.py", ".", "--output-format", "json").out)
    places = [(each["path"], each["line"]) for each in found]
    assert places == [("a.py", 9), ("a.py", 13), ("app/views.py", 9), ("b.py", 9), ("b.py", 13)]


def test_fix_changes_only_what_must_change(run: Run, project: Path) -> None:
    views, clean = project / "app" / "views.py", project / "app" / "clean.py"
    views.write_bytes(b"\xef\xbb\xbf" + VIEWS.replace("\n", "\r\n").encode())
    clean.write_text(FIXED)
    os.utime(clean, (1, 1))
    done = run("check", "--fix")
    assert (done.code, done.err) == (0, "1 of 1 mistake repaired, 0 left in 2 files\n")
    assert views.read_bytes() == b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode()
    assert clean.stat().st_mtime == 1


def test_diff_writes_nothing(run: Run, project: Path) -> None:
    done = run("check", "--diff")
    assert done.code == 1
    assert (project / "app" / "views.py").read_text() == VIEWS
    assert done.out.startswith("--- app/views.py\n+++ app/views.py\n@@ ")
    assert '-    return json.dumps(["ann"])\n+    return jsonify(["ann"])\n' in done.out
    assert "1 of 1 mistake would be repaired" in done.err


def test_output_file(run: Run, project: Path) -> None:
    done = run("check", "--output-file", "out.txt", "--output-format", "concise")
    assert (done.code, done.out) == (1, "")
    assert (project / "out.txt").read_text().startswith("app/views.py:9:12: warning FL902 ")


def test_a_run_that_reads_nothing_is_not_clean(run: Run, project: Path) -> None:
    (project / "app" / "nul.py").write_bytes(b"x = 1\0\n")
    done = run("check", "app/nul.py")
    assert (done.code, done.out) == (2, "")
    said = ["app/nul.py holds NUL bytes, so it is no text", "nothing could be checked"]
    assert done.err.splitlines() == [f"flask-lsp: {line}" for line in said]
    (project / "empty").mkdir()
    assert run("check", "empty").code == 0


def test_unreadable_files_cost_a_line_each(run: Run, project: Path) -> None:
    (project / "nul.py").write_bytes(b"\0")
    (project / "latin.py").write_bytes(b"x = '\xe9'")
    (project / "large.py").write_bytes(b"#" * 3_000_000)
    done = run("check")
    assert done.code == 1
    assert "app/views.py:9:12" in done.out
    lines = [line for line in done.err.splitlines() if line.startswith("flask-lsp: ")]
    assert [line.split()[1] for line in lines] == ["large.py", "latin.py", "nul.py"]


def test_odd_texts_do_not_stop_the_run(run: Run, project: Path) -> None:
    (project / "broken.py").write_text(VIEWS + "\n\ndef (:\n")
    (project / "deep.py").write_text("(" * 5000)
    (project / "nested.py").write_text("x = " + "-" * 20_000 + "1\n")
    (project / "wide.py").write_text(VIEWS.replace('"ann"', '"' + "a" * 100_000 + '"'))
    (project / "ff.py").write_text(VIEWS.replace("\n\n\n", "\n\f\n\n"))
    done = run("check")
    assert done.code == 1
    assert "broken.py:12: not Python" in done.err
    assert all(f"{name}.py:9:12" in done.out for name in ("broken", "wide", "ff"))
    assert max(map(len, done.out.splitlines())) < 400
    assert "Traceback" not in done.err


def test_noqa_is_heard(run: Run, project: Path) -> None:
    (project / "app" / "views.py").write_text(VIEWS.replace('(["ann"])', '(["ann"])  # noqa: FL902'))
    assert run("check").code == 0


def test_a_folder_that_is_no_project(run: Run, project: Path) -> None:
    (project / "pyproject.toml").unlink()
    (project / "b.py").write_text("x = 1\n")
    assert run("check").err.endswith("1 mistake in 2 files\n")
    assert run("check", "app/views.py").err.endswith("1 mistake in 1 file\n")


def test_a_file_that_changed_meanwhile_is_left_alone(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask_lsp.cli import check

    def slow(*arguments: object, **options: object) -> str:
        (project / "app" / "views.py").write_text("# mine\n")
        return FIXED

    monkeypatch.setattr(check, "fix_all", slow)
    done = run("check", "--fix")
    assert done.code == 1
    assert "app/views.py has changed since it was read" in done.err
    assert (project / "app" / "views.py").read_text() == "# mine\n"
