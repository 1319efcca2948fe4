"""Which tests have no context, beside pytest running them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings

FILES = {
    "shop.py": """
from flask import Flask, current_app


def create_app():
    return Flask(__name__)


def use():
    return current_app.name
""",
    "helpers.py": """
from shop import create_app


def start(case):
    case.context = create_app().app_context()
    case.context.push()
    case.addCleanup(case.context.pop)
""",
    "conftest.py": """
import pytest

from shop import create_app


@pytest.fixture
def context():
    with create_app().app_context():
        yield


@pytest.fixture
def shop():
    return create_app()
""",
    "test_cases.py": """
import unittest
from unittest.mock import Mock, patch

import helpers
from shop import create_app, use


class OwnHelperTest(unittest.TestCase):
    def setUp(self):
        self.make()

    def make(self):
        self.context = create_app().app_context()
        self.context.push()
        self.addCleanup(self.context.pop)

    def test_it(self):
        use()


class OtherHelperTest(unittest.TestCase):
    def setUp(self):
        helpers.start(self)

    def test_it(self):
        use()


class PatchedTest(unittest.TestCase):
    def setUp(self):
        self.patcher = patch("shop.current_app", new=Mock())
        self.patcher.start()
        self.addCleanup(self.patcher.stop)

    def test_it(self):
        use()


@patch("shop.current_app", new=Mock())
class PatchedClassTest(unittest.TestCase):
    def test_it(self):
        use()


class RunTest(unittest.TestCase):
    def run(self, result=None):
        with create_app().app_context():
            super().run(result)

    def test_it(self):
        use()


class PlainTest(unittest.TestCase):
    def setUp(self):
        self.app = create_app()

    def test_it(self):
        use()

    def test_that_it_raises(self):
        with self.assertRaises(RuntimeError):
            use()
        self.assertRaises(RuntimeError, use)

    def test_another(self):
        with self.assertRaises(KeyError):
            use()

    @unittest.skip("x")
    def test_skipped(self):
        use()

    @unittest.expectedFailure
    def test_not_yet(self):
        use()


class InheritedTest(PlainTest):
    pass


class NoseTest(unittest.TestCase):
    def setup(self):
        create_app().app_context().push()

    def test_it(self):
        use()
""",
    "test_entered.py": """
import contextlib
import unittest

from shop import create_app, use


class EnteredTest(unittest.TestCase):
    if not hasattr(unittest.TestCase, "enterContext"):

        def enterContext(self, manager):
            stack = contextlib.ExitStack()
            self.addCleanup(stack.close)
            return stack.enter_context(manager)

    def setUp(self):
        self.enterContext(create_app().app_context())

    def test_it(self):
        use()


class EnteredLaterTest(unittest.TestCase):
    enterContext = EnteredTest.enterContext

    def test_it(self):
        self.enterContext(create_app().app_context())
        use()
""",
    "test_module.py": """
from shop import create_app, use


def setup_module(module):
    module.context = create_app().app_context()
    module.context.push()


def teardown_module(module):
    module.context.pop()


def test_it():
    use()
""",
    "test_function.py": """
from shop import create_app, use

contexts = []


def setup_function():
    contexts.append(create_app().app_context())
    contexts[-1].push()


def teardown_function():
    contexts.pop().pop()


def test_it():
    use()
""",
    "test_marks.py": """
import pytest
from flask import current_app

from shop import create_app, use

with_context = pytest.mark.usefixtures("context")


@pytest.mark.usefixtures("context")
class TestUsing:
    def test_it(self):
        use()


@pytest.mark.usefixtures("shop")
class TestUsingAnother:
    def test_it(self):
        use()


class TestMarked:
    pytestmark = [pytest.mark.usefixtures("context")]

    def test_it(self):
        use()


class TestInherited(TestMarked):
    def test_more(self):
        use()


class TestSetUp:
    def setup_method(self):
        self.context = create_app().app_context()
        self.context.__enter__()

    def teardown_method(self):
        self.context.__exit__(None, None, None)

    def test_it(self):
        use()


@with_context
def test_aliased():
    use()


@pytest.mark.parametrize("name", ["x", "y"])
def test_given(name):
    use()


@pytest.mark.parametrize(("name", "other"), [("x", 1)])
def test_given_two(name, other, shop):
    use()


@pytest.mark.parametrize("context", ["x"], indirect=True)
def test_indirect(context):
    use()


def test_that_it_raises():
    with pytest.raises(RuntimeError):
        use()
    with pytest.raises((KeyError, RuntimeError), match="outside"):
        print(current_app.name)
    with pytest.raises(Exception):
        use()
    pytest.raises(RuntimeError, use)


def test_another():
    with pytest.raises(KeyError):
        use()


@pytest.mark.xfail
def test_not_yet():
    use()


@pytest.mark.xfail(reason="x")
def test_not_yet_for_a_reason():
    use()


@pytest.mark.skip
def test_skipped():
    use()


@pytest.mark.skipif(1 > 2, reason="x")
def test_not_skipped():
    use()
""",
    "test_all_skipped.py": """
import pytest

from shop import use

pytestmark = [pytest.mark.skip(reason="x")]


def test_it():
    use()
""",
    "test_all_to_fail.py": """
import pytest

from shop import use

pytestmark = pytest.mark.xfail


class TestUse:
    def test_it(self):
        use()
""",
    "test_all_given.py": """
import pytest

from shop import use

pytestmark = pytest.mark.parametrize("name", ["x", "y"])


def test_it(name):
    use()
""",
    "test_marked.py": """
import pytest

from shop import use

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.filterwarnings("ignore")]


def test_it():
    use()


class TestIt:
    def test_it(self):
        use()
""",
    "test_plain.py": """
from shop import use


def test_it():
    use()
""",
}
LEAVING = {
    "shop.py": FILES["shop.py"],
    "test_a.py": """
import unittest

from shop import create_app, use


class LeavingTest(unittest.TestCase):
    def setUp(self):
        self.context = create_app().app_context()
        self.context.push()

    def test_it(self):
        use()


class LaterTest(unittest.TestCase):
    def test_it(self):
        use()
""",
}
FIXTURES = {
    "shop.py": FILES["shop.py"],
    "test_a.py": """
import pytest

from shop import create_app, use


@pytest.fixture
def app():
    app = create_app()
    app.app_context().push()
    return app


def test_it(app):
    use()


def test_later():
    use()
""",
}
_FAILED = re.compile(r"^FAILED (\w+\.py)::([\w:]+)", re.MULTILINE)
_TEST = re.compile(r"^( *)(?:class|def) (\w+)", re.MULTILINE)


def project_of(files: dict[str, str]) -> Project:
    project = Project("/case", Settings(), Versions())
    for name, text in files.items():
        project = project.with_text(f"/case/{name}", text)
    return project.with_complete(True)


def found(files: dict[str, str]) -> set[tuple[str, str]]:
    """The tests that the rule tells of, by the class or function that they stand in."""
    return found_in(project_of(files))


def found_in(project: Project) -> set[tuple[str, str]]:
    return {
        (document.rpartition("/")[2], _around(file.source.text, one.span.start))
        for document, file in project.files.items()
        for one in check(project, document)
        if one.rule.code == "FL108"
    }


def _around(text: str, offset: int) -> str:
    class_ = function = ""
    for head in _TEST.finditer(text, 0, offset):
        if head.group(1):
            function = head.group(2)
        else:
            class_, function = head.group(2), ""
    return f"{class_}.{function}".strip(".")


def failed(files: dict[str, str], folder: Path) -> set[tuple[str, str]]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", "-p", "no:xdist", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert re.search(r"\d passed", done.stdout), done.stdout
    return {(file, name.replace("::", ".")) for file, name in _FAILED.findall(done.stdout)}


def test_as_pytest_says(tmp_path: Path) -> None:
    inherited = {("test_cases.py", f"InheritedTest.{name}") for name in ("test_it", "test_another")}
    assert found(FILES) == failed(FILES, tmp_path) - inherited


@pytest.mark.parametrize("files", [LEAVING, FIXTURES])
def test_that_a_context_stays(files: dict[str, str], tmp_path: Path) -> None:
    assert found(files) == failed(files, tmp_path) == set()


@pytest.mark.parametrize(
    "runner",
    [
        "@app.cli.command()\ndef test():\n    unittest.TextTestRunner().run(unittest.TestLoader().discover('.'))\n",
        "if __name__ == '__main__':\n    with app.app_context():\n        pytest.main(['.'])\n",
    ],
)
def test_that_something_runs_the_tests_in_a_context(runner: str) -> None:
    files = {"shop.py": FILES["shop.py"], "test_plain.py": FILES["test_plain.py"]}
    assert found(files)
    assert not found({**files, "run.py": f"import unittest, pytest\nfrom app import app\n\n\n{runner}"})


CLEANING = """
import unittest

from shop import create_app


class ShopTest(unittest.TestCase):
    def setUp(self):
        self.context = create_app().app_context()
        self.context.push()

    def tearDown(self):
        self.context.pop()

    def test_it(self):
        pass
"""


def test_that_an_edit_elsewhere_tells() -> None:
    files = {"shop.py": FILES["shop.py"], "test_plain.py": FILES["test_plain.py"]}
    texts = (CLEANING, CLEANING.replace("self.context.pop()", "pass"))
    project = project_of({**files, "test_other.py": CLEANING})
    wanted = [found({**files, "test_other.py": text}) for text in texts]
    assert wanted[0] != wanted[1]
    for number in (0, 1, 0):
        project = project.with_text("/case/test_other.py", texts[number])
        assert found_in(project) == wanted[number]
