"""Code of which nobody can tell in which context it runs: bounded time, and nothing is said."""

from __future__ import annotations

import pytest

from flask_lsp.project.call_graph import call_graph
from flask_lsp.project.failing import failing
from flask_lsp.project.project import Project
from flask_lsp.project.reaching import ways
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings

HEAD = """
from threading import Thread

from flask import Flask, current_app

import lib

app = Flask(__name__)
"""
START = """

@app.get("/")
def index():
    Thread(target={}).start()
    return "x"
"""
SILENT = {
    "defined twice": """
def f():
    print(current_app.name)

def f():
    pass
""",
    "defined in two ways": """
if lib.new:
    def f():
        print(current_app.name)
else:
    def f():
        pass
""",
    "bound again": """
def f():
    print(current_app.name)

f = lib.quiet
""",
    "bound again by a function": """
def f():
    print(current_app.name)

def quiet():
    global f
    f = print
""",
    "an item as a decorator": """
decorators = [lib.decorator]

@decorators[0]
def f():
    print(current_app.name)
""",
    "a lambda as a decorator": """
@(lambda function: lib.wrapped(function))
def f():
    print(current_app.name)
""",
    "a decorator of a call of a call": """
@lib.decorator(1)(2)
def f():
    print(current_app.name)
""",
    "a decorator that hands on": """
def decorator(function):
    return lib.wrapped(function)

@decorator
def f():
    print(current_app.name)
""",
    "a decorator that pushes what nobody sees": """
def decorator(function):
    def wrapper():
        with lib.app_context_of("shop"):
            function()
    return wrapper

@decorator
def f():
    print(current_app.name)
""",
    "a class as a decorator": """
class Decorator:
    def __init__(self, function):
        self.function = function

    def __call__(self):
        with app.app_context():
            self.function()

@Decorator
def f():
    print(current_app.name)
""",
    "exec": """
def g():
    print(current_app.name)

def f():
    exec("g()")
    eval("g")()
    globals()["g"]()
    getattr(lib, "g")()
""",
}
PATCHES = (
    "mail.send = quiet",
    "mail.send = lambda: None",
    "setattr(mail, 'send', quiet)",
    "mail.Mailer.send = quiet",
    "setattr(mail.Mailer, 'send', quiet)",
    "def install():\n    mail.send = quiet\n",
)
MAIL = """
from flask import current_app


def send():
    print(current_app.name)


class Mailer:
    def send(self):
        print(current_app.name)
"""


def codes(**texts: str) -> set[str]:
    project = Project("/p", Settings(), Versions())
    for name, text in texts.items():
        project = project.with_text(f"/p/{name}.py", text)
    project = project.with_complete(True)
    found = {finding.rule.code for name in texts for finding in check(project, f"/p/{name}.py")}
    return {code for code in found if code.startswith(("FL1", "FL2"))}


@pytest.mark.parametrize("what", SILENT)
def test_what_cannot_be_told(what: str) -> None:
    assert codes(app=HEAD + SILENT[what] + START.format("f")) == set()


def test_what_can_be_told() -> None:
    """The cases beside it say something: without what makes them unknown it would be said."""
    assert codes(app=HEAD + "def f():\n    print(current_app.name)\n" + START.format("f")) == {"FL102"}
    given_back = "def decorator(function):\n    lib.add(function)\n    return function\n\n@decorator\n"
    assert codes(app=HEAD + given_back + "def f():\n    print(current_app.name)\n" + START.format("f")) == {"FL102"}


@pytest.mark.parametrize("patch", PATCHES)
def test_functions_that_are_replaced(patch: str) -> None:
    target = "mail.Mailer().send" if "Mailer" in patch else "mail.send"
    head = f"{HEAD}import mail\n\ndef quiet(*given):\n    pass\n\n"
    assert codes(app=head + START.format(target), mail=MAIL) == {"FL102"}
    assert codes(app=head + patch + START.format(target), mail=MAIL) == set()


def chain(length: int) -> str:
    calls = "".join(f"def f{number}():\n    f{number + 1}()\n\n" for number in range(length))
    return f"{HEAD}{calls}def f{length}():\n    print(current_app.name)\n{START.format('f0')}"


@pytest.mark.timeout(60)
def test_chains() -> None:
    assert codes(app=chain(50)) == {"FL102"}
    assert codes(app=chain(100)) == set()  # longer than anybody follows
    assert codes(app=chain(2_000)) == set()


@pytest.mark.timeout(60)
def test_circles() -> None:
    everybody = "\n".join(f"    f{number}()" for number in range(60))
    text = HEAD + "".join(f"def f{number}():\n{everybody}\n\n" for number in range(60)) + START.format("f0")
    assert codes(app=text) == set()
    assert codes(app=text.replace("    f59()\n\n", "    f59()\n    print(current_app.name)\n\n", 1)) == {"FL102"}
    mutual = "def f():\n    g()\n\ndef g():\n    f()\n    print(current_app.name)\n"
    assert codes(app=HEAD + mutual + START.format("f")) == {"FL102"}


@pytest.mark.timeout(60)
def test_circles_of_classes() -> None:
    run = "    def run(self):\n        self.run()\n        self.other.other.run()\n\n"
    given = "        self.other = self.other\n        self.more = self\n        self.more.more.run()\n\n"
    text = f"class A(B):\n{run}    def set(self):\n{given}"
    text += text.replace("class A(B)", "class B(A)") + text.replace("class A(B)", "class C(C)")
    project = Project("/p", Settings(), Versions()).with_text("/p/app.py", HEAD + text + START.format("A().run"))
    project = project.with_complete(True)
    assert failing(project) == ()
    for key in call_graph(project).said:
        ways(project, key)
