"""Correct applications, configured in the ways people do it, in which ``test_seeded_config`` makes one mistake after
the other. ``SETTINGS`` stands where the keys are set, ``VIEW`` in a view, ``RUN`` where the server is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Keys = Mapping[str, str]
Style = Callable[[Keys], str]

KEYS: Keys = {
    "SECRET_KEY": 'os.environ["SECRET_KEY"]',
    "SESSION_COOKIE_SECURE": "True",
    "REMEMBER_COOKIE_SECURE": "True",
    "SESSION_COOKIE_SAMESITE": '"Lax"',
    "SQLALCHEMY_DATABASE_URI": 'os.environ["DATABASE_URL"]',
    "MAIL_SERVER": 'os.environ.get("MAIL_SERVER", "localhost")',
}


def items(indent: str, app: str = "app") -> Style:
    return lambda keys: "\n".join(f'{indent}{app}.config["{key}"] = {value}' for key, value in keys.items())


def call(indent: str, method: str) -> Style:
    def written(keys: Keys) -> str:
        inner = "\n".join(f"{indent}    {key}={value}," for key, value in keys.items())
        return f"{indent}app.config.{method}(\n{inner}\n{indent})"

    return written


def display(indent: str, method: str) -> Style:
    def written(keys: Keys) -> str:
        inner = "\n".join(f'{indent}    "{key}": {value},' for key, value in keys.items())
        return f"{indent}app.config.{method}({{\n{inner}\n{indent}}})"

    return written


def names(indent: str) -> Style:
    return lambda keys: "\n".join(f"{indent}{key} = {value}" for key, value in keys.items())


VIEWS = """
@bp.route("/login", methods=["GET", "POST"])
def login():
    user = User.query.filter_by(name=request.form.get("name")).first()
    response = make_response("welcome")
    if user is not None:
        session["user_id"] = user.id
        response.set_cookie("session_token", "1", secure=True, httponly=True, samesite="Lax")
        VIEW
    return response
"""
MODELS = """
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80))
    password = db.Column(db.String(80))
"""
BLUEPRINT = f"""
import datetime

from flask import Blueprint, make_response, request, session

from models import User

bp = Blueprint("auth", __name__)

{VIEWS}
"""
RUN = """
if __name__ == "__main__":
    app.run(RUN)
"""

_GLOBAL = f"""
import datetime
import os
import secrets

from flask import Flask, make_response, request, session

from models import User, db

app = bp = Flask(__name__)
SETTINGS
db.init_app(app)

{VIEWS}
{RUN}
"""
_FACTORY = """
import os
import secrets

from flask import Flask

from auth import bp
from models import db


def create_app(test_config=None):
    app = Flask(__name__)
SETTINGS
    db.init_app(app)
    app.register_blueprint(bp)
    return app


app = create_app()
"""
_READS = """
from flask import Flask

from auth import bp
from models import db
IMPORT


def create_app(config_name="default"):
    app = Flask(__name__)
    app.config.from_object(OBJECT)
    db.init_app(app)
    app.register_blueprint(bp)
    return app


app = create_app()
"""
_CLASS = """
import os
import secrets


class Config:
SETTINGS


class DevelopmentConfig(Config):
    TESTING = False


class ProductionConfig(Config):
    LOG_LEVEL = "info"


class TestingConfig(Config):
    TESTING = True


config = {
    "development": DevelopmentConfig,
    "testing": TestingConfig,
    "production": ProductionConfig,
    "default": DevelopmentConfig,
}
"""
_PRODUCTION = """
import os
import secrets


class BaseConfig(object):
    LOG_LEVEL = "debug"


class ProductionConfig(BaseConfig):
    \"\"\"What is deployed.\"\"\"

SETTINGS
"""
_MODULE = """
import os
import secrets

SETTINGS
"""
_SHORT = """
import os
import secrets
import datetime
import flask
from flask import make_response, request, session

from models import User, db

server = flask.Flask("shop")
config = server.config
bp = server
app = server
SETTINGS
db.init_app(server)

VIEWS
if __name__ == "__main__":
    server.run(RUN)
""".replace("\nVIEWS\n", VIEWS)


def _reads(value: str, line: str = "") -> str:
    return _READS.replace("OBJECT", value).replace("IMPORT", line) + RUN


APPS: dict[str, tuple[dict[str, str], Style]] = {
    "items of a global": ({"app.py": _GLOBAL, "models.py": MODELS}, items("")),
    "a call on a global": ({"app.py": _GLOBAL, "models.py": MODELS}, call("", "update")),
    "another name, by the module": ({"app.py": _SHORT, "models.py": MODELS}, items("", "server")),
    "a mapping in a factory": (
        {"app.py": _FACTORY + RUN, "auth.py": BLUEPRINT, "models.py": MODELS},
        call("    ", "from_mapping"),
    ),
    "a display in a factory": (
        {"app.py": _FACTORY + RUN, "auth.py": BLUEPRINT, "models.py": MODELS},
        display("    ", "update"),
    ),
    "a class by its name": (
        {
            "app.py": _reads('"config.Config"'),
            "config.py": _CLASS,
            "auth.py": BLUEPRINT,
            "models.py": MODELS,
        },
        names("    "),
    ),
    "classes in a dict": (
        {
            "app.py": _reads("config[config_name]", "from config import config"),
            "config.py": _CLASS,
            "auth.py": BLUEPRINT,
            "models.py": MODELS,
        },
        names("    "),
    ),
    "the class for production": (
        {
            "app.py": _reads("settings.ProductionConfig", "import settings"),
            "settings.py": _PRODUCTION,
            "auth.py": BLUEPRINT,
            "models.py": MODELS,
        },
        names("    "),
    ),
    "a module": (
        {"app.py": _reads('"settings"'), "settings.py": _MODULE, "auth.py": BLUEPRINT, "models.py": MODELS},
        names(""),
    ),
}
