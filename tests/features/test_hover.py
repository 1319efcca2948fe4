"""Hovers over the things of Flask: small projects, each with a cursor ``‸`` in one of its files."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from hypothesis import given
from hypothesis import strategies as st

from flask_lsp.features.hover import hover
from flask_lsp.project.project import Project
from flask_lsp.project.versions import Versions
from flask_lsp.rules.run import check
from flask_lsp.settings import Settings

ROOT = "/p"
SHOP = """
from flask import Blueprint, redirect, url_for

bp = Blueprint("shop", __name__, url_prefix="/shop")


@bp.before_request
def check_basket():
    pass


@bp.route("/<int:id>", methods=["POST", "GET"])
def item(id):
    return redirect(url_for(".index"))


@bp.get("/")
def index():
    return ""
"""
APP = """
from flask import Flask
from shop import bp


def create_app():
    app = Flask(__name__)
    app.register_blueprint(bp)

    @app.before_request
    def load_user():
        pass

    @app.errorhandler(404)
    def lost(error):
        return "", 404

    return app
"""
TWO = {"shop.py": SHOP, "app.py": APP}


def project_of(files: dict[str, str], *, complete: bool = True) -> tuple[Project, str, int]:
    """The project, and the file and offset of its cursor."""
    project, found = Project(ROOT, Settings(), Versions()), ("", 0)
    for name, text in files.items():
        if "‸" in text:
            found = f"{ROOT}/{name}", text.index("‸")
        project = project.with_text(f"{ROOT}/{name}", text.replace("‸", ""))
    assert found[0]
    return project.with_complete(complete), *found


def spanned(files: dict[str, str], **options: Any) -> tuple[str, str] | None:
    """The hover at the cursor, and what it underlines."""
    project, document, offset = project_of(files, **options)
    found = hover(project, document, (), offset)
    return found and (found[0], project.files[document].source.text[found[1].start : found[1].end])


def hovered(files: dict[str, str] | str, **options: Any) -> str | None:
    found = spanned({"app.py": files} if isinstance(files, str) else files, **options)
    return found[0] if found is not None else None


def put(files: dict[str, str], name: str, before: str) -> dict[str, str]:
    """The files with a cursor before a text of one of them."""
    assert before in files[name]
    return {**files, name: files[name].replace(before, f"‸{before}", 1)}


# -- views -----------------------------------------------------------------------------------------------------------

ITEM = """```text
GET,POST /shop/<int:id>  → shop.item
```

- blueprint `shop`: registered on `app` in `app.py:8`

Before it:

1. `load_user` (`app.py:11`)
2. `check_basket` (`shop.py:8`)"""


@pytest.mark.parametrize(
    ("before", "underlined"),
    [
        ("item(id)", "item"),
        ("(id)", "item"),
        ('@bp.route("/<int:id>"', '@bp.route("/<int:id>", methods=["POST", "GET"])'),
        ('"/<int:id>"', '@bp.route("/<int:id>", methods=["POST", "GET"])'),
        ('["POST", "GET"]', '@bp.route("/<int:id>", methods=["POST", "GET"])'),
        ("\ndef item", '@bp.route("/<int:id>", methods=["POST", "GET"])'),
    ],
)
def test_a_view_and_its_decorator(before: str, underlined: str) -> None:
    assert spanned(put(TWO, "shop.py", before)) == (ITEM, underlined)


@pytest.mark.parametrize("before", ["def item", "id):", "return redirect", "redirect(url", "Blueprint, ", "__name__"])
def test_nothing_outside_of_flask(before: str) -> None:
    assert hovered(put(TWO, "shop.py", before)) is None


def test_the_name_of_the_blueprint_in_a_decorator_tells_of_both() -> None:
    found = hovered(put(TWO, "shop.py", 'bp.route("/<int'))
    assert found
    view, _, blueprint = found.partition("\n\n---\n\n")
    assert view == ITEM
    assert blueprint.startswith("**Blueprint `shop`**, prefix `/shop`")


def test_every_url_of_a_blueprint_that_is_registered_several_times() -> None:
    files = {
        "app.py": "from flask import Flask, Blueprint\napp = Flask(__name__)\nbp = Blueprint('api', __name__)\n"
        "@bp.get('/‸users')\ndef users(): pass\n"
        "app.register_blueprint(bp, url_prefix='/v1')\napp.register_blueprint(bp, url_prefix='/v2', name='two')\n"
    }
    assert hovered(files) == (
        "```text\nGET /v1/users  → api.users\nGET /v2/users  → two.users\n```\n\n"
        "- blueprint `api`: registered on `app` in `app.py:6`, prefix `/v1`; "
        "registered on `app` in `app.py:7`, prefix `/v2`, as `two`"
    )


def test_nested_blueprints() -> None:
    files = {
        "app.py": "from flask import Flask, Blueprint\nfrom inner import child\napp = Flask(__name__)\n"
        "parent = Blueprint('parent', __name__, url_prefix='/parent')\n"
        "@parent.before_request\ndef of_parent(): pass\n@app.before_request\ndef of_app(): pass\n"
        "parent.register_blueprint(child, url_prefix='/child')\napp.register_blueprint(parent)\n",
        "inner.py": "from flask import Blueprint\nchild = Blueprint('child', __name__)\n"
        "@child.before_request\ndef of_child(): pass\n@child.get('/')\ndef ind‸ex(): pass\n",
    }
    assert hovered(files) == (
        "```text\nGET /parent/child/  → parent.child.index\n```\n\n"
        "- blueprint `child`: registered on blueprint `parent` in `app.py:9`, prefix `/child`; "
        "blueprint `parent`: registered on `app` in `app.py:10`\n\n"
        "Before it:\n\n1. `of_app` (`app.py:8`)\n2. `of_parent` (`app.py:6`)\n3. `of_child` (`inner.py:4`)"
    )


def test_a_prefix_that_is_not_known() -> None:
    files = {
        "app.py": "import os\nfrom flask import Flask\nfrom shop import bp\napp = Flask(__name__)\n"
        "app.register_blueprint(bp, url_prefix=os.environ['PREFIX'] + '/x')\n",
        "shop.py": SHOP.replace("item(id)", "it‸em(id)"),
    }
    assert hovered(files) == (
        "```text\nGET,POST …/<int:id>  → shop.item\n```\n\n"
        "- blueprint `shop`: registered on `app` in `app.py:5`, prefix not known: `os.environ['PREFIX'] + '/x'`"
    )


def test_a_blueprint_that_nobody_registers() -> None:
    assert hovered({"shop.py": SHOP.replace("item(id)", "it‸em(id)")}) == (
        "```text\nGET,POST /shop/<int:id>  → shop.item\n```\n\n- blueprint `shop`: no registration is seen"
    )


def test_a_rule_that_is_not_known() -> None:
    text = "import os\nfrom flask import Flask\napp = Flask(__name__)\n@app.get(os.environ['R'])\ndef v‸iew(): pass\n"
    assert hovered(text) == "```text\nGET …  → view\n```\n\n- rule not known: it does not stand in the code"


def test_two_applications() -> None:
    text = (
        "from flask import Blueprint, Flask\none = Flask(__name__)\ntwo = Flask(__name__)\n"
        "bp = Blueprint('b', __name__)\n"
        "@bp.get('/x')\ndef v‸iew(): pass\none.register_blueprint(bp)\ntwo.register_blueprint(bp)\n"
        "@two.before_request\ndef only_two(): pass\n"
    )
    found = hovered(text)
    assert found
    assert found.startswith(
        "In `one` (`app.py:2`), `two` (`app.py:3`):\n\n```text\nGET /x  → b.view\n```\n\n- blueprint"
    )
    assert found.count("only_two") == 1
    assert "registered on `one` in `app.py:7`; registered on `two` in `app.py:8`" in found
    assert "Before it (`b.view` in `two`):" in found


def test_two_applications_with_urls_of_their_own() -> None:
    text = (
        "from flask import Blueprint, Flask\none = Flask(__name__)\ntwo = Flask(__name__)\n"
        "bp = Blueprint('b', __name__)\n@bp.get('/x')\ndef v‸iew(): pass\n"
        "one.register_blueprint(bp, url_prefix='/1')\ntwo.register_blueprint(bp)\n"
    )
    found = hovered(text)
    assert found
    assert "In `one` (`app.py:2`):\n\n```text\nGET /1/x  → b.view\n```" in found
    assert "In `two` (`app.py:3`):\n\n```text\nGET /x  → b.view\n```" in found


def test_many_routes() -> None:
    text = "from flask import Blueprint, Flask\nbp = Blueprint('b', __name__)\n" + "".join(
        f"@bp.get('/x{number}')\ndef view{number}(): pass\n" for number in range(130)
    )
    text += "one, two = Flask(__name__), 1\napp = Flask(__name__)\napp.register_blueprint(b‸p)\n"
    found = hovered(text)
    assert found
    assert "/x14 " in found
    assert "/x15 " not in found
    assert "… and 115 more\n```" in found


def test_an_open_application_says_why() -> None:
    text = (
        "import importlib\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef ind‸ex(): pass\n"
        "app.register_blueprint(importlib.import_module(NAME).bp)\n"
    )
    found = hovered(text)
    assert found
    assert "`app` is open: " in found
    assert "registers a blueprint that cannot be told (`app.py`)." in found


def test_a_condition() -> None:
    text = "from flask import Flask\napp = Flask(__name__)\nif DEBUG:\n    @app.get('/d')\n    def deb‸ug(): pass\n"
    found = hovered(text)
    assert found
    assert found.startswith("```text\nGET /d  → debug  (conditional)\n```")


@pytest.mark.parametrize("before", ["Users(", "Users.as", "as_view", '"users"', "add_url_rule", '"/users"'])
def test_class_views(before: str) -> None:
    files = {
        "app.py": "from flask import Flask\nfrom views import Users\napp = Flask(__name__)\n"
        'app.add_url_rule("/users", view_func=Users.as_view("users"))\n',
        "views.py": "from flask.views import MethodView\n\nclass Users(MethodView):\n"
        "    def get(self): pass\n    def post(self): pass\n",
    }
    name = "views.py" if before == "Users(" else "app.py"
    assert hovered(put(files, name, before)) == "```text\nGET,POST /users  → users\n```"
    assert hovered(put(files, "views.py", "post")) == "```text\nPOST /users  → users\n```"


def test_rules_added_by_hand() -> None:
    text = "from flask import Flask\napp = Flask(__name__)\ndef index(): pass\napp.add_url_rule('/', 'start', index)\n"
    for before in ("index()", "'start'", "index)", "'/'"):
        assert hovered(put({"app.py": text}, "app.py", before)) == "```text\nGET /  → start\n```", before


# -- blueprints and applications -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "before", "underlined"),
    [
        ("shop.py", "bp = ", "bp"),
        ("shop.py", '"shop"', '"shop"'),
        ("shop.py", "bp.before", "bp"),
        ("app.py", "bp\n", "bp"),
        ("app.py", "bp)", "bp"),
        ("app.py", "register_blueprint", "register_blueprint"),
    ],
)
def test_a_blueprint(name: str, before: str, underlined: str) -> None:
    expected = """**Blueprint `shop`**, prefix `/shop`

- registered on `app` in `app.py:8`

```text
GET,POST /shop/<int:id>  → shop.item
GET      /shop/          → shop.index
```

- `before_request`: `check_basket` (`shop.py:8`)"""
    assert spanned(put(TWO, name, before)) == (expected, underlined)


def test_a_blueprint_of_a_loop() -> None:
    text = (
        "from flask import Flask\nimport other\nfrom shop import bp\napp = Flask(__name__)\n"
        "app.register_blueprint(other.bp)\nfor each in [b‸p]:\n    app.register_blueprint(each)\n"
    )
    found = hovered({"app.py": text, "shop.py": SHOP, "other.py": SHOP.replace("shop", "other")})
    assert found
    assert "- registered on `app` in `app.py:7`\n" in found


def test_blueprints_that_cannot_be_told_are_registered() -> None:
    app = "from flask import Flask\nimport plugins\napp = Flask(__name__)\nfor bp in plugins.all():\n"
    found = hovered({"app.py": app + "    app.register_blueprint(bp)\n", "shop.py": SHOP.replace("bp = ", "‸bp = ")})
    assert found
    assert "No registration is seen; some blueprints are registered that cannot be told." in found


def test_a_blueprint_with_an_unknown_prefix_of_its_own() -> None:
    text = "from flask import Blueprint\nfrom config import P\nb‸p = Blueprint('a', __name__, url_prefix=f'{P}/a')\n"
    text += "@bp.get('/')\ndef index(): pass\n"
    found = hovered(text)
    assert found
    assert found.startswith("**Blueprint `a`**, prefix not known: `f'{P}/a'`\n\nNo registration is seen.")
    assert "GET …/  → a.index" in found


def test_subclassed_blueprints() -> None:
    text = (
        "from flask import Flask, Blueprint\nclass Mine(Blueprint):\n    pass\n"
        "bp = Mine('mine', __name__)\n@bp.get('/x')\ndef x(): pass\n"
        "app = Flask(__name__)\napp.register_blueprint(b‸p)\n"
    )
    assert hovered(text) == (
        "**Blueprint `mine`**\n\n- registered on `app` in `app.py:8`\n\n```text\nGET /x  → mine.x\n```"
    )


def test_an_application() -> None:
    assert (
        hovered(put(TWO, "app.py", "app = "))
        == """**Application `app` (`app.py:7`)**, made by `create_app`

```text
GET      /static/<path:filename>  → static
GET,POST /shop/<int:id>           → shop.item
GET      /shop/                   → shop.index
```

- `before_request`: `load_user` (`app.py:11`)
- `errorhandler(404)`: `lost` (`app.py:15`)"""
    )


def test_names_that_are_bound_again_or_shadowed() -> None:
    text = "from flask import Flask\napp = None\napp = Flask(__name__)\n\ndef f(app):\n    return app.name\n"
    assert hovered(put({"app.py": text}, "app.py", "app = Flask"))
    assert hovered(put({"app.py": text}, "app.py", "app.name")) is None


# -- endpoints -------------------------------------------------------------------------------------------------------

LINKS = """
from flask import Blueprint, Flask, redirect, url_for
import flask

app = Flask(__name__)


@app.get("/users/<name>")
@app.get("/users/")
def user(name=None):
    return redirect(url_for("user", name="x"))


@app.get("/other")
def other():
    url_for("static", filename="a.css")
    flask.url_for(endpoint="user")
    url_for("user" if app else "nobody")
    url_for("ü", x="user")
"""


@pytest.mark.parametrize("before", ['"user", name', 'user", name', '"user")', '"user" if'])
def test_endpoints(before: str) -> None:
    expected = "```text\nGET /users/         → user\nGET /users/<name>   → user\n```\n\n- `user` (`app.py:10`)"
    assert hovered(put({"app.py": LINKS}, "app.py", before)) == expected.replace(">   →", ">  →").replace(
        "/         ", "/        "
    )


def test_other_endpoints_and_other_strings() -> None:
    static = hovered(put({"app.py": LINKS}, "app.py", '"static"'))
    assert static == "```text\nGET /static/<path:filename>  → static\n```\n\nStatic files, sent by Flask."
    assert (
        hovered(put({"app.py": LINKS}, "app.py", '"nobody"'))
        == "No route of `app` (`app.py:5`) has the endpoint `nobody`."
    )
    assert hovered(put({"app.py": LINKS}, "app.py", '"x")')) is None
    assert hovered(put({"app.py": LINKS}, "app.py", '"a.css"')) is None


def test_relative_endpoints() -> None:
    assert (
        hovered(put(TWO, "shop.py", '".index"')) == "```text\nGET /shop/  → shop.index\n```\n\n- `index` (`shop.py:18`)"
    )
    helper = SHOP + '\n\ndef helper():\n    return url_for("‸.item", id=1)\n'
    found = hovered({**TWO, "shop.py": helper})
    assert found
    assert "/shop/<int:id>  → shop.item" in found


def test_endpoints_of_the_application_that_the_file_belongs_to() -> None:
    one = (
        "from flask import Flask, url_for\napp = Flask(__name__)\n"
        "@app.get('/{}')\ndef index(): return url_for('index')\n"
    )
    files = {"one/app.py": one.format("one"), "two/app.py": one.format("two")}
    found = hovered(put(files, "two/app.py", "'index'"))
    assert found
    assert "/two " in found
    assert "/one " not in found


def test_endpoints_of_an_open_application() -> None:
    text = (
        "from flask import Flask, url_for\nimport plugins\napp = Flask(__name__)\nplugins.load(app)\n"
        "@app.get('/')\ndef index(): return url_for('‸plugin.page')\n"
    )
    found = hovered(text)
    assert found
    assert found.startswith("Endpoint `plugin.page`: not among the routes that are seen.\n\n`app` is open: ")


def test_an_endpoint_behind_an_unknown_prefix() -> None:
    text = (
        "from flask import Flask, Blueprint, url_for\nbp = Blueprint('a', __name__)\n@bp.get('/x')\ndef x():\n"
        "    return url_for('‸a.x')\napp = Flask(__name__)\napp.register_blueprint(bp, url_prefix=PREFIX)\n"
    )
    found = hovered(text)
    assert found
    assert "GET …/x  → a.x" in found
    assert "prefix not known: `PREFIX`" in found


def test_the_application_in_the_context_and_other_line_ends() -> None:
    text = LINKS.replace('flask.url_for(endpoint="user")', 'flask.current_app.url_for("user")').replace("\n", "\r\n")
    assert spanned(put({"app.py": text}, "app.py", '"user")')) == (
        "```text\nGET /users/        → user\nGET /users/<name>  → user\n```\n\n- `user` (`app.py:10`)",
        '"user"',
    )


# -- circumstances ---------------------------------------------------------------------------------------------------


def test_nothing_before_all_files_are_read() -> None:
    assert hovered(put(TWO, "shop.py", "item(id)"), complete=False) is None


def test_a_finding_is_explained_first() -> None:
    project, document, offset = project_of(
        {
            "app.py": "from flask import Flask\nimport json\napp = Flask(__name__)\n"
            "@app.route('/<‸int:>')\ndef bad(): pass\n"
        }
    )
    found = hover(project, document, check(project, document), offset)
    assert found
    assert found[0].startswith("**FL603 malformed-url-rule**")
    assert "\n\n---\n\n```text\nGET /<int:>" in found[0]


@pytest.mark.parametrize("broken", ["@bp.get('/x'", "def f(", "url_for('shop.", "x = (", "class A(", "    def"])
def test_broken_code_beside_it(broken: str) -> None:
    found = hovered({**TWO, "shop.py": SHOP.replace("def item(id)", "def it‸em(id)") + f"\n\n{broken}\n"})
    assert found == ITEM.replace("`shop.py:8`", "`shop.py:8`")


def test_a_decorator_while_it_is_typed() -> None:
    text = SHOP.replace('@bp.get("/")\n', '@bp.get("/\n')
    for at in range(text.index("@bp.get"), text.index("def index") + 12):
        hovered({**TWO, "shop.py": text[:at] + "‸" + text[at:]})


@given(st.integers(0, len(SHOP)), st.integers(0, len(SHOP)))
def test_no_text_is_too_broken(cut: int, at: int) -> None:
    text = SHOP[:cut] + SHOP[cut + 7 :]
    at = min(at, len(text))
    hovered({**TWO, "shop.py": text[:at] + "‸" + text[at:]})


def test_text_that_would_end_the_code() -> None:
    text = 'from flask import Flask\napp = Flask(__name__)\n@app.get("/`\\n```x")\ndef ‸v(): pass\n'
    found = hovered(text)
    assert found
    assert found.count("```") == 2


# -- the order of hooks ----------------------------------------------------------------------------------------------

HOOKS = """
from flask import Blueprint, Flask

app = Flask(__name__)
parent = Blueprint("parent", __name__)
child = Blueprint("child", __name__)
seen = []


@child.before_request
def child_first(): seen.append("child_first")


@child.before_request
def child_second(): seen.append("child_second")


@parent.before_request
def of_parent(): seen.append("of_parent")


@app.before_request
def of_app(): seen.append("of_app")


@child.url_value_preprocessor
def value_of_child(endpoint, values): seen.append("value_of_child")


@app.url_value_preprocessor
def value_of_app(endpoint, values): seen.append("value_of_app")


@parent.app_url_value_preprocessor
def value_for_all(endpoint, values): seen.append("value_for_all")


@app.after_request
def later(response): return response


@child.get("/")
def index(): return ""


parent.register_blueprint(child)
app.register_blueprint(parent)
"""


def test_hooks_stand_in_the_order_in_which_flask_runs_them() -> None:
    names: dict[str, Any] = {"__name__": "hooks"}
    exec(HOOKS, names)
    app: Flask = names["app"]
    assert isinstance(names["child"], Blueprint)
    app.test_client().get("/")
    found = hovered(HOOKS.replace("def index", "def ‸index"))
    assert found
    listed = [line.partition("` (")[0].rpartition("`")[2] for line in found.splitlines() if line[:1].isdigit()]
    assert listed == names["seen"]
    assert "1. `url_value_preprocessor`: `value_of_app`" in found
    assert "Before it, not surely in this order:" in found  # ``value_for_all`` waits for the registration
