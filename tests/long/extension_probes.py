"""What happens with an extension that no application was given, and with one that was: run by ``test_extensions.py`` in
an environment of its own, one extension to a process.

    python extension_probes.py PACKAGE.CLASS yes|no     prints what was seen, in JSON
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask, render_template_string, session

Look = Callable[[Any, Flask], object]
PROBES: dict[str, tuple[str, Look, bool]] = {}
"""By the name of the class: what is seen without an application, how to look, and whether it can be looked at with one
too, without a server or the like."""


def probe(name: str, seen: str, *, alone: bool = False) -> Callable[[Look], Look]:
    def note(look: Look) -> Look:
        PROBES[name] = seen, look, not alone
        return look

    return note


def get(app: Flask, path: str = "/", **options: Any) -> Any:
    return app.test_client().get(path, **options)


def in_template(name: str) -> Look:
    def look(_: Any, app: Flask) -> object:
        app.add_url_rule("/", "index", lambda: render_template_string(f"{{{{ {name} is defined }}}}"))
        return get(app).text

    return look


def status(path: str) -> Look:
    return lambda _, app: get(app, path).status_code


# -- databases -------------------------------------------------------------------------------------------------------


@probe("flask_sqlalchemy.SQLAlchemy", "RuntimeError")
def _(db: Any, app: Flask) -> object:
    with app.app_context():
        return db.session.execute(db.text("SELECT 1")).scalar()


@probe("flask_migrate.Migrate", "failed")
def _(_: Any, app: Flask) -> object:
    done = app.test_cli_runner().invoke(args=["db", "history", "--directory", "nowhere"])
    return "failed" if isinstance(done.exception, KeyError) or "No such command" in done.output else "ran"


@probe("flask_pymongo.PyMongo", "None", alone=True)
def _(mongo: Any, _: Flask) -> object:
    return mongo.db


@probe("flaskext.mysql.MySQL", "AttributeError", alone=True)
def _(mysql: Any, app: Flask) -> object:
    with app.test_request_context():
        return mysql.get_db()


@probe("flask_redis.FlaskRedis", "AttributeError", alone=True)
def _(redis: Any, _: Flask) -> object:
    return redis.get("key")


@probe("flask_whooshee.Whooshee", "nothing is indexed")
def _(whooshee: Any, app: Flask) -> object:
    return "indexing" if "whooshee" in app.extensions else "nothing is indexed"


# -- who asks --------------------------------------------------------------------------------------------------------


@probe("flask_login.LoginManager", "AttributeError")
def _(login: Any, app: Flask) -> object:
    from flask_login import current_user

    login.user_loader(lambda _: None)
    with app.test_request_context():
        return current_user.is_authenticated


@probe("flask_wtf.CSRFProtect", "200")
@probe("flask_seasurf.SeaSurf", "200")
def _(_: Any, app: Flask) -> object:
    app.add_url_rule("/", "index", lambda: "done", methods=["POST"])
    return app.test_client().post("/").status_code


@probe("flask_jwt_extended.JWTManager", "error")
def _(_: Any, app: Flask) -> object:
    from flask_jwt_extended import jwt_required

    app.add_url_rule("/", "index", jwt_required()(lambda: "done"))
    return get(app).status_code


@probe("flask_praetorian.Praetorian", "error", alone=True)
def _(_: Any, app: Flask) -> object:
    from flask_praetorian import auth_required

    app.add_url_rule("/", "index", auth_required(lambda: "done"))
    return get(app).status_code


@probe("flask_principal.Principal", "AttributeError")
def _(_: Any, app: Flask) -> object:
    from flask import g

    app.add_url_rule("/", "index", lambda: str(g.identity))
    return get(app).text


@probe("flask_security.Security", "error", alone=True)
def _(_: Any, app: Flask) -> object:
    from flask_security import auth_required

    app.add_url_rule("/", "index", auth_required()(lambda: "done"))
    return get(app).status_code


@probe("authlib.integrations.flask_client.OAuth", "RuntimeError")
def _(oauth: Any, app: Flask) -> object:
    oauth.register(
        "there", client_id="a", client_secret="b", authorize_url="https://there", access_token_url="https://t"
    )
    with app.test_request_context():
        return oauth.there.authorize_redirect("https://here").status_code


# -- what is sent ----------------------------------------------------------------------------------------------------


@probe("flask_mail.Mail", "error")
def _(mail: Any, app: Flask) -> object:
    from flask_mail import Message

    with app.app_context():
        return mail.send(Message("Hello", ["a@example.com"], "text", sender="b@example.com"))


@probe("flask_mailman.Mail", "error")
def _(_: Any, app: Flask) -> object:
    from flask_mailman import EmailMessage

    with app.app_context():
        return EmailMessage("Hello", "text", "a@example.com", ["b@example.com"]).send()


@probe("flask_cors.CORS", "None")
def _(_: Any, app: Flask) -> object:
    return get(app, "/none", headers={"Origin": "https://there"}).headers.get("Access-Control-Allow-Origin")


@probe("flask_talisman.Talisman", "None")
def _(_: Any, app: Flask) -> object:
    return get(app, "/none", base_url="https://here").headers.get("X-Content-Type-Options")


@probe("flask_compress.Compress", "None")
def _(_: Any, app: Flask) -> object:
    app.add_url_rule("/", "index", lambda: "a" * 5000)
    return get(app, headers={"Accept-Encoding": "gzip"}).headers.get("Content-Encoding")


@probe("flask_session.Session", "in the cookie")
def _(_: Any, app: Flask) -> object:
    def index() -> str:
        session["name"] = "value"
        return ""

    app.add_url_rule("/", "index", index)
    cookie = get(app).headers.get("Set-Cookie", "")
    return "in the cookie" if cookie.startswith("session=ey") else "elsewhere"


@probe("flask_limiter.Limiter", "200")
def _(limiter: Any, app: Flask) -> object:
    app.add_url_rule("/", "index", limiter.limit("1/day")(lambda: "done"))
    client = app.test_client()
    client.get("/")
    return client.get("/").status_code


# -- what has no URL -------------------------------------------------------------------------------------------------

probe("flask_admin.Admin", "404")(status("/admin/"))
probe("flasgger.Swagger", "404")(status("/apispec_1.json"))
probe("prometheus_flask_exporter.PrometheusMetrics", "404")(status("/metrics"))
probe("flask_socketio.SocketIO", "404")(status("/socket.io/?transport=polling&EIO=4"))


@probe("flask_restful.Api", "404")
def _(api: Any, app: Flask) -> object:
    from flask_restful import Resource

    api.add_resource(type("One", (Resource,), {"get": lambda _: {}}), "/one")
    if app.config["GIVEN"]:
        api.init_app(app)
    return get(app, "/one").status_code


@probe("flask_restx.Api", "404")
def _(api: Any, app: Flask) -> object:
    from flask_restx import Resource

    api.add_resource(type("One", (Resource,), {"get": lambda _: {}}), "/one")
    return get(app, "/one").status_code


@probe("flask_smorest.Api", "404", alone=True)
def _(api: Any, app: Flask) -> object:
    from flask_smorest import Blueprint

    with contextlib.suppress(Exception):
        api.register_blueprint(Blueprint("one", "one", url_prefix="/one"))
    return get(app, "/one/").status_code


@probe("flask_rebar.Rebar", "404")
def _(rebar: Any, app: Flask) -> object:
    rebar.create_handler_registry().add_handler(dict, "/one")
    if app.config["GIVEN"]:
        rebar.init_app(app)
    return get(app, "/one").status_code


@probe("flask_appbuilder.AppBuilder", "404", alone=True)
def _(_: Any, app: Flask) -> object:
    return get(app, "/login/").status_code


# -- templates -------------------------------------------------------------------------------------------------------

probe("flask_moment.Moment", "False")(in_template("moment"))
probe("flask_pagedown.PageDown", "False")(in_template("pagedown"))
probe("flask_ckeditor.CKEditor", "False")(in_template("ckeditor"))
probe("flask_dropzone.Dropzone", "False")(in_template("dropzone"))
probe("flask_avatars.Avatars", "False")(in_template("avatars"))


@probe("flask_bootstrap.Bootstrap5", "TemplateNotFound")
@probe("flask_bootstrap.Bootstrap4", "TemplateNotFound")
def _(ext: Any, app: Flask) -> object:
    folder = type(ext).__name__.lower()
    app.add_url_rule(
        "/", "index", lambda: render_template_string(f"{{% from '{folder}/utils.html' import render_icon %}}")
    )
    return get(app).status_code


@probe("flask_babel.Babel", "error")
@probe("flask_babelplus.Babel", "Hello", alone=True)
def _(babel: Any, app: Flask) -> object:
    gettext = importlib.import_module(type(babel).__module__.partition(".")[0]).gettext
    with app.test_request_context():
        return gettext("Hello")


# -- the rest --------------------------------------------------------------------------------------------------------


@probe("flask_caching.Cache", "error")
def _(cache: Any, app: Flask) -> object:
    with app.app_context():
        return cache.get("key")


@probe("flask_executor.Executor", "error")
def _(executor: Any, app: Flask) -> object:
    with app.test_request_context():
        return executor.submit(abs, -1).result()


@probe("flask_assets.Environment", "error")
def _(assets: Any, app: Flask) -> object:
    from flask_assets import Bundle

    assets.register("all", Bundle("https://there/a.js"))
    with app.app_context():
        return render_template_string('{% assets "all" %}{{ ASSET_URL }}{% endassets %}')


OPTIONS: dict[str, dict[str, Any]] = {
    "flask_caching.Cache": {"config": {"CACHE_TYPE": "SimpleCache"}},
    "flask_limiter.Limiter": {"key_func": lambda: "one"},
    "prometheus_flask_exporter.PrometheusMetrics": {"app": None},
}


LATE = frozenset({"flask_restful.Api", "flask_rebar.Rebar"})
"""They take in what they have been told so far, and nothing later."""


def main() -> None:
    name, given = sys.argv[1:]
    package, _, cls = name.rpartition(".")
    app = Flask("probe", static_folder=None)
    app.secret_key = "only here"
    app.config.update(
        PROPAGATE_EXCEPTIONS=True,
        MAIL_SUPPRESS_SEND=True,
        MAIL_BACKEND="locmem",
        GIVEN=given == "yes",
        SQLALCHEMY_DATABASE_URI="sqlite://",
        SESSION_TYPE="filesystem",
        JWT_SECRET_KEY="only here" * 4,
        WTF_CSRF_ENABLED=True,
    )
    extension = getattr(importlib.import_module(package), cls)(**OPTIONS.get(name, {}))
    try:
        if given == "yes" and name not in LATE:
            extension.init_app(app)
        seen = str(PROBES[name][1](extension, app))
    except Exception as error:
        seen = " ".join(["error", *(kind.__name__ for kind in type(error).__mro__), str(error)])
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
