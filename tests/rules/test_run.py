"""Findings: the same from what is kept as from a fresh start, inside the text, never where it is broken; a bug in one
rule costs that rule only."""

from __future__ import annotations

import ast
import gc
import logging
import random
import re
import sys
import weakref
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from flask_lsp.deployment_files import kind_of
from flask_lsp.facts.file import FileFacts
from flask_lsp.project.project import Project
from flask_lsp.rules import _config, run
from flask_lsp.rules.base import Finding, Fix, Level, Related
from flask_lsp.rules.context import Context
from flask_lsp.rules.fixes import edits
from flask_lsp.rules.run import check
from flask_lsp.text import Edit, Span, apply
from tests.rules.corpus import OwnRules, all_cases, forget_rules, fresh, project_of, python_cases, said, some_files
from tests.texts import DEEP_AND_LONG, broken, seeds, some_edit, texts

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")

FEWER = settings(max_examples=max(settings().max_examples // 2, 1))


def well_placed(project: Project, document: str) -> None:
    tree = project.files[document].tree
    for finding in check(project, document):
        places = [(document, finding.span), *((each.document or document, each.span) for each in finding.related)]
        for where, place in places:
            assert place is None or 0 <= place.start <= place.end <= len(project.files[where].source.text)
        start, block = tree.at(finding.span.start)
        assert not block.is_mended(finding.span.shift(-start))


def same_as_fresh(project: Project) -> None:
    new = fresh(project)
    for document in project.files:
        kept = [said(finding) for finding in check(project, document)]
        assert kept == [said(finding) for finding in check(new, document)], document


@FEWER
@given(seeds)
def test_kept_findings_are_those_of_a_fresh_start(seed: int) -> None:
    """Edits in all files of a project, one after the other, and in between what is shown of each."""
    pick = random.Random(seed)
    project = project_of(some_files(pick))
    for document in project.files:
        check(project, document)
    for _ in range(4):
        document = pick.choice(sorted(project.files))
        text = project.files[document].source.text
        project = project.with_text(document, apply(text, [some_edit(pick, text)]))
        check(project, document)
        same_as_fresh(project)


@FEWER
@given(seeds)
def test_words_change_places(seed: int) -> None:
    """Names become other names, in files that rest on each other; nearly every state parses."""
    pick = random.Random(seed)
    files = pick.choice([case.files for case in all_cases() if len(case.files) > 1])
    project = project_of(files)
    for document in project.files:
        check(project, document)
    for _ in range(6):
        document, other = pick.choice(sorted(project.files)), pick.choice(sorted(project.files))
        text, words = project.files[document].source.text, project.files[other].source.text.split()
        if words and (places := list(re.finditer(r"[\w.]+|\S+", text))):
            edit = Edit(Span(*pick.choice(places).span()), pick.choice(words))
            project = project.with_text(document, apply(text, [edit]))
        check(project, document)
        same_as_fresh(project)


def test_getattr_of_g_counts_for_others() -> None:
    """What closes a connection may stand in any file, and changes."""
    files = {
        "app.py": "import sqlite3\nfrom flask import Flask, g\napp = Flask(__name__)\n\n@app.before_request\n"
        'def prepare():\n    g.c = sqlite3.connect("c")\n',
        "close.py": "from flask import g\nfrom app import app\n\n@app.teardown_appcontext\ndef close(error):\n"
        '    c = getattr(g, "c", None)\n    c.close()\n',
    }
    project = project_of(files)
    assert not check(project, "/case/app.py")
    project = project.with_text("/case/close.py", files["close.py"].replace("getattr(g", "other(g"))
    assert [finding.rule.code for finding in check(project, "/case/app.py")] == ["FL105"]
    same_as_fresh(project)


def test_what_a_file_does_when_it_is_run_counts_for_who_starts_it() -> None:
    """The server is started in a function, which no other module ever asks for."""
    shop = "from flask import Flask\napp = Flask(__name__)\n\ndef main():\n    app.run()\n\nmain()\n"
    project = project_of({"shop.py": shop, "Procfile": "web: python shop.py\n"})
    assert [finding.rule.code for finding in check(project, "/case/Procfile")] == ["FL802"]
    for edited in ("app.name", "other.run()", "if app.debug:\n        app.run()", "app = other\n    app.run()"):
        changed = project.with_text("/case/shop.py", shop.replace("app.run()", edited))
        assert not check(changed, "/case/Procfile"), edited
        same_as_fresh(changed)


def test_words_of_other_files_count() -> None:
    """Something gives templates a name in a function, which no interface tells."""
    page = "{{ glob }}"
    shop = (
        "from flask import Blueprint, Flask, render_template\nbp = Blueprint('shop', __name__)\n"
        "@bp.context_processor\ndef given():\n    return {'glob': 1}\napp = Flask(__name__)\n"
        "app.register_blueprint(bp)\n@app.get('/')\ndef index():\n    return render_template('index.html')\n"
    )
    more = "def fill(app):\n    app.jinja_env.globals['glob'] = 1\n"
    project = project_of({"app.py": shop, "more.py": more, "templates/index.html": page})
    assert not check(project, "/case/app.py")
    project = project.with_text("/case/more.py", more.replace(".globals", ".filters"))
    assert [finding.rule.code for finding in check(project, "/case/app.py")] == ["FL604"]
    same_as_fresh(project)


CONFIGURED = (
    "from flask import Flask\nfrom config import Config\napp = Flask(__name__)\napp.config.from_object(Config)\n"
)


@pytest.mark.parametrize("refuses", ["raise RuntimeError", "sys.exit"])
def test_what_refuses_a_secret_counts_for_its_file(refuses: str) -> None:
    """It stands in a function, of which no interface tells what it compares."""
    refusing = f'import sys\n\ndef check(app):\n    if app.config["SECRET_KEY"] == "one":\n        {refuses}("no")\n'
    config = 'class Config:\n    SECRET_KEY = "change-me-now"\n'
    project = project_of({"app.py": CONFIGURED, "config.py": config, "check.py": refusing})
    [found] = check(project, "/case/config.py")
    assert found.rule.code == "FL402"
    for edited in (refusing.replace("one", "change-me-now"), refusing.replace("one", "two")):
        project = project.with_text("/case/check.py", edited)
        [now] = check(project, "/case/config.py")
        assert (now.level is Level.INFORMATION) == ("change-me-now" in edited)
        same_as_fresh(project)


def test_keys_of_instances_count_for_who_reads_them() -> None:
    """``self.KEY = "value"`` in a method, and what may give an instance any key."""
    text = "class Config:\n    def __init__(self):\n        self.A = 1\n        pass\n"
    app = CONFIGURED.replace("(Config)", "(Config())").replace("import Flask", "import Flask, session")
    app += '\n@app.route("/")\ndef index():\n    session["x"] = 1\n    return "x"\n'
    project = project_of({"app.py": app, "config.py": text})
    assert [finding.rule.code for finding in check(project, "/case/app.py")] == ["FL401"]
    for line in ('self.SECRET_KEY = "abc"', 'setattr(self, "x", load())', "self.__dict__.update(load())"):
        changed = project.with_text("/case/config.py", text.replace("pass", line))
        assert not check(changed, "/case/app.py"), line
        same_as_fresh(changed)


@pytest.mark.parametrize("name", [".env", ".flaskenv"])
def test_what_flask_is_told_counts_though_it_leads_nowhere(name: str) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n"
    image = 'FROM python\nENV X=1\nCMD ["flask", "run", "--host", "0.0.0.0"]\n'
    project = project_of({"app.py": app, name: "X=1\n", "Dockerfile": image})
    fixes = {fix.title for finding in check(project, "/case/Dockerfile") for fix in finding.fixes}
    project = project.with_text(f"/case/{name}", "FLASK_APP=nothing\n")
    assert fixes != {fix.title for finding in check(project, "/case/Dockerfile") for fix in finding.fixes}
    same_as_fresh(project)


def test_what_a_build_is_given_counts_for_the_image() -> None:
    image = 'FROM python\nARG SWITCH=1\nENV FLASK_DEBUG=$SWITCH\nCMD ["gunicorn", "app:app"]\n'
    compose = "services:\n  web:\n    build:\n      context: .\n      args:\n        OTHER: 0\n"
    app = "from flask import Flask\napp = Flask(__name__)\n"
    project = project_of({"app.py": app, "compose.yml": compose, "Dockerfile": image})
    assert [finding.level for finding in check(project, "/case/Dockerfile")] == [Level.INFORMATION]
    project = project.with_text("/case/compose.yml", compose.replace("OTHER", "SWITCH"))
    assert not check(project, "/case/Dockerfile")
    same_as_fresh(project)


@pytest.mark.parametrize(("last", "most"), [("LAST = 1\n", 0), ("KEY_1 = 2\n", 201)])
def test_a_class_is_searched_once_for_all_its_keys(last: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    searched, loads = list[ast.stmt](), _config._loads

    def noted(statement: ast.stmt) -> Iterator[ast.Name]:
        searched.append(statement)
        return loads(statement)

    monkeypatch.setattr(_config, "_loads", noted)
    keys = "".join(f"    KEY_{at} = {at}\n" for at in range(200))
    project = project_of({"app.py": CONFIGURED, "config.py": f"class Config:\n{keys}    {last}"})
    check(project, "/case/config.py")
    assert len(searched) == most


def test_a_migration_becomes_a_module() -> None:
    """Whether a file is one decides where programs begin, though its imports are what they were."""
    text = "from flask import Flask\nfrom app import create_app\napp = create_app()\nrevision = 1\ndown_revision = 2\n"
    project = project_of({"app.py": text})
    assert not check(project, "/case/app.py")
    project = project.with_text("/case/app.py", text.replace("down_revision = 2\n", ""))
    assert [finding.rule.code for finding in check(project, "/case/app.py")] == ["FL301"]
    same_as_fresh(project)


def test_what_a_thread_does_with_its_target_counts_for_who_starts_it() -> None:
    text = (
        "from threading import Thread\nfrom flask import current_app\n\n\nclass Worker(Thread):\n    def run(self):\n"
        "        self._target()\n\n\ndef work():\n    print(current_app.name)\n\n\n"
        "def start():\n    Worker(target=work).start()\n"
    )
    project = project_of({"app.py": text})
    assert [finding.rule.code for finding in check(project, "/case/app.py")] == ["FL102"]
    project = project.with_text("/case/app.py", text.replace("self._target()", "pass"))
    assert not check(project, "/case/app.py")


@FEWER
@given(seeds)
def test_lines_typed(seed: int) -> None:
    """A line of the file is deleted and typed again, or one of another case is, key by key."""
    pick = random.Random(seed)
    case = pick.choice(python_cases())
    project = project_of(case.files)
    document = f"/case/{case.main}"
    source = project.files[document].source
    line = pick.randrange(source.line_count)
    start, end = source.line_span(line)
    other = pick.choice(all_cases())
    typed = source.text[start:end] if pick.randrange(2) else pick.choice(other.files[other.main].split("\n"))
    for length in range(0, len(typed) + 1, 1 + len(typed) // 8):
        project = project.with_text(document, source.text[:start] + typed[:length] + source.text[end:])
        check(project, document)
        well_placed(project, document)
    same_as_fresh(project)


@FEWER
@given(seeds)
def test_lines_change_places(seed: int) -> None:
    """Whole lines come from other files, so that names, imports and decorators change and the text often parses."""
    pick = random.Random(seed)
    project = project_of(some_files(pick))
    for _ in range(4):
        document = pick.choice(sorted(project.files))
        lines = project.files[document].source.text.split("\n")
        at = pick.randrange(len(lines))
        match pick.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, pick.choice(lines))
            case 2:
                lines[at] = lines[at].replace("True", "1").replace("return ", "yield ").replace("def ", "async def ")
            case _:
                lines[at] = lines[at] + "  # session_interface errorhandler config noqa"
        project = project.with_text(document, "\n".join(lines))
        check(project, document)
        same_as_fresh(project)


@FEWER
@given(seeds)
def test_files_come_and_go(seed: int) -> None:
    pick = random.Random(seed)
    files = next((case.files for case in pick.sample(all_cases(), 60) if len(case.files) > 1), some_files(pick))
    project = project_of(files)
    for document in project.files:
        check(project, document)
    document = pick.choice(sorted(project.files))
    text = project.files[document].source.text
    project = project.without(document)
    same_as_fresh(project)
    project = project.with_text(document, text)
    same_as_fresh(project)


@given(texts)
def test_any_text(text: str) -> None:
    project = project_of({"app.py": text})
    well_placed(project, "/case/app.py")


@given(seeds)
def test_broken_code(seed: int) -> None:
    pick = random.Random(seed)
    files = some_files(pick)
    name = pick.choice([name for name in files if name.endswith(".py")])
    files[name] = broken(pick, files[name])
    project = project_of(files)
    for document in project.files:
        well_placed(project, document)


@pytest.mark.parametrize("text", DEEP_AND_LONG, ids=lambda text: f"{text[:12]!r}")
def test_deep_and_long(text: str) -> None:
    head = "from flask import Flask, request\napp = Flask(__name__)\n"
    mistake = "app.run(debug=True)\n"
    project = project_of({"app.py": head + mistake})
    found = [finding.rule.code for finding in check(project, "/case/app.py")]
    assert found
    project = project_of({"app.py": f"{head}{text}{mistake}", "other.py": head + mistake})
    well_placed(project, "/case/app.py")
    codes = [finding.rule.code for finding in check(project, "/case/app.py")]
    assert set(found) <= set(codes)
    project = project.with_text("/case/app.py", f"{head}{text}{mistake}#")
    assert [finding.rule.code for finding in check(project, "/case/app.py")] == codes
    assert [finding.rule.code for finding in check(project, "/case/other.py")] == found


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_change_no_finding(end: str) -> None:
    for case in all_cases():
        project = project_of(case.files)
        other = project_of({name: text.replace("\n", end) for name, text in case.files.items()})
        for document in project.files:
            if end == "\r\n" or project.files[document].kind == "python":
                assert lines(project, document) == lines(other, document), (case.name, document)


def test_tabs_change_no_finding() -> None:
    for case in python_cases():
        project = project_of({name: text for name, text in case.files.items() if kind_of(name) == "python"})
        tabbed = {each: file.source.text.replace("    ", "\t") for each, file in project.files.items()}
        other = project
        for each, text in tabbed.items():
            other = other.with_text(each, text)
        for document in project.files:
            assert lines(project, document) == lines(other, document), case.name


def lines(project: Project, document: str) -> list[tuple[str, int, int]]:
    source = project.files[document].source
    found: list[tuple[str, int, int]] = []
    for finding in check(project, document):
        start, end = source.line_at(finding.span.start), source.line_at(finding.span.end)
        found.append((finding.rule.code, start, end))
    return found


# -- with rules of our own -------------------------------------------------------------------------------------------


class Rules(OwnRules):
    """Counts what the rules do."""

    def __init__(self) -> None:
        super().__init__()
        self.fired: list[str] = []

    def calls(self, code: str) -> None:
        """A rule that finds every call and asks what it is."""

        def check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
            self.fired.append(ctx.text(node))
            yield ctx.finding(node, str(ctx.name(node.func)), related=[Related("here", ctx.span(node))])

        self.add(code, ast.Call, check)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rules]:
    found = Rules()
    monkeypatch.setattr(run, "rules", lambda: found.registered)
    forget_rules()
    yield found
    monkeypatch.undo()
    forget_rules()


TEXT = "from a import f, g\nf(1)\n\n\ndef h():\n    g(2)\n\n\nf(3)\n"


def shown(project: Project, document: str = "/case/app.py") -> list[tuple[str, str]]:
    text = project.files[document].source.text
    return [(text[slice(*finding.span)], finding.message) for finding in check(project, document)]


def test_findings_are_kept_until_their_block_changes(own: Rules) -> None:
    own.calls("FL001")
    project = project_of({"app.py": TEXT})
    assert shown(project) == [("f(1)", "a.f"), ("g(2)", "a.g"), ("f(3)", "a.f")]
    assert own.fired == ["f(1)", "g(2)", "f(3)"]
    own.fired.clear()
    project = project.with_text("/case/app.py", TEXT.replace("g(2)", "g(22)"))
    assert shown(project) == [("f(1)", "a.f"), ("g(22)", "a.g"), ("f(3)", "a.f")]
    assert own.fired == ["g(22)"]
    own.fired.clear()
    project = project.with_text("/case/app.py", "\n\n" + TEXT.replace("g(2)", "g(22)"))  # everything moves
    assert shown(project) == [("f(1)", "a.f"), ("g(22)", "a.g"), ("f(3)", "a.f")]
    assert own.fired == []
    for finding in check(project, "/case/app.py"):
        assert [related.span for related in finding.related] == [finding.span]


def test_findings_are_made_again_when_an_answer_changes(own: Rules) -> None:
    own.calls("FL001")
    project = project_of({"app.py": TEXT, "a.py": ""})
    assert [message for _, message in shown(project)] == ["None", "None", "None"]
    own.fired.clear()
    project = project.with_text("/case/a.py", "from b import f\n")
    assert [message for _, message in shown(project)] == ["b.f", "None", "b.f"]
    assert own.fired == ["f(1)", "f(3)"]
    own.fired.clear()
    project = project.with_text("/case/a.py", "from b import f\n# nothing that others see\n")
    assert [message for _, message in shown(project)] == ["b.f", "None", "b.f"]
    assert own.fired == []


def test_equal_blocks_of_two_files_have_their_own_answers(own: Rules) -> None:
    own.calls("FL001")
    project = project_of({"app.py": "from a import f\nf(1)\n", "other.py": "from b import f\nf(1)\n"})
    for _ in range(2):
        assert shown(project) == [("f(1)", "a.f")]
        assert shown(project, "/case/other.py") == [("f(1)", "b.f")]


def test_a_block_that_stands_in_many_places(own: Rules) -> None:
    own.calls("FL001")
    text = "f(1)\n" * 100
    project = project_of({"app.py": text})
    for _ in range(2):
        starts = [finding.span.start for finding in check(project, "/case/app.py")]
        assert starts == list(range(0, len(text), 5))
    assert own.fired == ["f(1)"]


def test_a_bug_costs_one_rule(own: Rules, caplog: pytest.LogCaptureFixture) -> None:
    def broken_check(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        yield ctx.finding(node, "found before the bug")
        raise KeyError("bug")

    def broken_file(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
        raise ZeroDivisionError

    def deep(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        return deep(node, ctx)

    def deep_file(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
        return deep_file(facts, ctx)

    own.add("FL000", ast.Call, broken_check)
    own.add("FL002", FileFacts, broken_file)
    own.add("FL003", ast.Call, deep)
    own.add("FL004", FileFacts, deep_file)
    own.calls("FL001")
    with caplog.at_level(logging.ERROR):
        project = project_of({"app.py": TEXT})
        assert [finding.rule.code for finding in check(project, "/case/app.py")] == ["FL001"] * 3
    assert any("FL000 failed in /case/app.py" in record.message for record in caplog.records)
    assert any("FL002 failed in /case/app.py" in record.message for record in caplog.records)


def test_typing_on_a_line_that_does_not_parse_asks_nobody(own: Rules) -> None:
    own.calls("FL001")
    text = "from a import f\n\n\ndef h():\n    x = (\n    return 1\n\n\nf(3)\n"
    project = project_of({"app.py": text})
    assert shown(project) == [("f(3)", "a.f")]
    own.fired.clear()
    for typed in "value":
        text = text.replace("x = (", f"x = ({typed}")
        project = project.with_text("/case/app.py", text)
        assert shown(project) == [("f(3)", "a.f")]
    assert own.fired == []


def test_findings_move_with_a_line_that_does_not_parse(own: Rules) -> None:
    own.calls("FL001")
    text = "from a import f, g\n\n\ndef h():\n    g(1)\n    x = (\n    f(2)\n"
    project = project_of({"app.py": text})
    for typed in ("value", "a", "", "\u00e9\u00e9"):
        project = project.with_text("/case/app.py", text.replace("x = (", f"x = ({typed}"))
        assert shown(project) == [("g(1)", "a.g"), ("f(2)", "a.f")]


def test_a_question_that_fails_costs_its_rules_only(own: Rules) -> None:
    def fragile(project: Project, document: str) -> int:
        return len(project.files["/case/a.py"].source.text)

    def check_call(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        yield ctx.finding(node, str(ctx.ask(fragile)))

    own.add("FL000", ast.Call, check_call)
    own.calls("FL001")
    project = project_of({"app.py": TEXT, "a.py": "x = 1\n"})
    assert codes(project) == ["FL000", "FL001"] * 3
    assert codes(project.without("/case/a.py")) == ["FL001"] * 3


def codes(project: Project) -> list[str]:
    return [finding.rule.code for finding in check(project, "/case/app.py")]


def test_findings_of_files_count_from_the_file(own: Rules) -> None:
    def last(facts: FileFacts, ctx: Context) -> Iterator[Finding]:
        for start, _ in facts.blocks:
            yield ctx.finding(Span(start, start + 1), "begins here")

    own.add("FL001", FileFacts, last)
    project = project_of({"app.py": "a\nb = \nc\n"})
    assert shown(project) == [("a", "begins here"), ("c", "begins here")]


def test_what_is_found_in_a_block_rests_on_questions_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is kept for as long as their answers are the same: who looks past them is not asked again."""

    class Guarded(Context):
        def __getattribute__(self, name: str) -> object:
            if name in ("project", "file") and object.__getattribute__(self, "_block") is not None:
                assert sys._getframe(1).f_globals["__name__"] in (Context.__module__, run.__name__)
            return object.__getattribute__(self, name)

    monkeypatch.setattr(run, "Context", Guarded)
    for case in python_cases():
        project = project_of(case.files)
        for document in project.files:
            check(project, document)
        assert not caplog.records, case


def test_kept_fixes_ask_the_newest_snapshot_and_keep_no_other(own: Rules) -> None:
    asked: list[str] = []

    def check_call(node: ast.Call, ctx: Context) -> Iterator[Finding]:
        fix = Fix("Ask", True, lambda _: asked.append(ctx.file.source.text))
        yield ctx.finding(node, "bad", fixes=[fix])

    own.add("FL001", ast.Call, check_call)
    project = project_of({"app.py": "f(1)\nx = 1\n"})
    check(project, "/case/app.py")
    old = weakref.ref(project)
    project = project.with_text("/case/app.py", "f(1)\nx = 1\ny = 2\n")
    (finding,) = check(project, "/case/app.py")
    edits(project, "/case/app.py", [(finding, finding.fixes[0])])
    assert asked == ["f(1)\nx = 1\ny = 2\n"]
    gc.collect()
    assert old() is None


def test_cancelled(own: Rules) -> None:
    own.calls("FL001")
    project = project_of({"app.py": "f(1)\nf(2)\nf(3)\n"})
    left = iter([False, False, True])
    check(project, "/case/app.py", lambda: next(left))
    assert own.fired == ["f(1)", "f(2)"]
    assert [text for text, _ in shown(project)] == ["f(1)", "f(2)", "f(3)"]
    assert own.fired == ["f(1)", "f(2)", "f(3)"]


def test_unknown_documents_have_no_findings() -> None:
    assert check(project_of({}), "/case/nothing.py") == ()


def test_nothing_is_said_of_mended_lines(own: Rules) -> None:
    own.calls("FL001")
    project = project_of({"app.py": "def f():\n    a(1)\n    b(2) c(3)\n    d(4)\n"})
    assert [text for text, _ in shown(project)] == ["a(1)", "d(4)"]


@pytest.mark.parametrize(
    "header",
    ["def view(x y):", "def view(", "dfe view():", 'if __name__ == "__main__"', "with app.app_context(:", "f("],
)
def test_the_body_of_a_broken_header_does_not_run_on_import(header: str) -> None:
    start = "from flask import Flask, current_app, request\n\napp = Flask(__name__)\n\n\n"
    project = project_of({"app.py": f"{start}{header}\n    current_app.name\n    request.args\n"})
    assert shown(project) == []
