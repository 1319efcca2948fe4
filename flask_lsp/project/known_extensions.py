"""The extensions of Flask that are known: one table. What is not in it, nobody asks to be initialised."""

from __future__ import annotations

from flask_lsp.frozen import frozen


@frozen()
class Extension:
    """A class whose objects are given to an application, by the constructor or by ``init_app``."""

    package: str
    name: str
    missing: str = ""
    """What is wrong as long as no application has it, a clause; empty for those that work all the same."""
    position: int | None = 0
    """Where the constructor takes the application, besides the keyword ``app``."""
    alone: frozenset[str] = frozenset()
    """Keywords of objects that are made for use without an application."""
    passive: bool = False
    """It does its work, or does not, though nobody reads anything of it."""
    alone_counts: bool = False
    """Each object works for itself: that an application has another one of the class does not help it."""
    moves: bool = False
    """What else the constructor is given counts only along with an application, and goes to ``init_app`` with it."""


_NOT_REGISTERED = "its session and its queries raise RuntimeError"
_NOTHING = "it does nothing"

_ALL = (
    Extension("flask_sqlalchemy", "SQLAlchemy", _NOT_REGISTERED, alone_counts=True),
    Extension("flask_migrate", "Migrate", "the `flask db` commands fail"),
    Extension("flask_alembic", "Alembic", "its commands fail"),
    Extension("flask_login", "LoginManager", "`current_user` and `login_user` raise AttributeError"),
    Extension("flask_mail", "Mail", "sending raises an error"),
    Extension("flask_mailman", "Mail", "sending raises an error"),
    Extension("flask_wtf", "CSRFProtect", "no request is protected", passive=True),
    Extension("flask_wtf", "CsrfProtect", "no request is protected", passive=True),
    Extension("flask_seasurf", "SeaSurf", "no request is protected", passive=True),
    Extension("flask_bcrypt", "Bcrypt"),
    Extension("flask_argon2", "Argon2"),
    Extension("flask_babel", "Babel", "translations raise an error", passive=True, moves=True),
    Extension("flask_babelex", "Babel", "translations raise an error", passive=True),
    Extension("flask_babelplus", "Babel", "nothing is translated", passive=True),
    Extension("flask_caching", "Cache", "every use of the cache raises an error"),
    Extension("flask_cache", "Cache", "every use of the cache raises an error"),
    Extension("flask_limiter", "Limiter", "no limit holds", position=None, passive=True),
    Extension("flask_socketio", "SocketIO", "it serves nothing", alone=frozenset({"message_queue"})),
    Extension("flask_cors", "CORS", "no response gets its headers", passive=True),
    Extension("flask_session", "Session", "sessions stay in the cookie", passive=True),
    Extension("flask_jwt_extended", "JWTManager", "its decorators raise an error"),
    Extension("flask_jwt", "JWT", "its decorators raise an error"),
    Extension("flask_praetorian", "Praetorian", "its decorators raise an error"),
    Extension("flask_admin", "Admin", "its views have no URL", alone_counts=True),
    Extension("flask_appbuilder", "AppBuilder", "its views have no URL", alone_counts=True),
    Extension("flask_restful", "Api", "its resources have no URL", alone_counts=True),
    Extension("flask_restx", "Api", "its resources have no URL", alone_counts=True),
    Extension("flask_restplus", "Api", "its resources have no URL", alone_counts=True),
    Extension("flask_smorest", "Api", "its blueprints have no URL", alone_counts=True),
    Extension("flask_rebar", "Rebar", "its handlers have no URL", position=None),
    Extension("flask_marshmallow", "Marshmallow"),
    Extension("flask_mongoengine", "MongoEngine", "every query raises ConnectionFailure"),
    Extension("flask_pymongo", "PyMongo", "its `db` is None", moves=True),
    Extension("flask_mysqldb", "MySQL", "connecting raises KeyError"),
    Extension("flaskext.mysql", "MySQL", "connecting raises AttributeError"),
    Extension("flask_peewee", "Database", position=0),
    Extension("flask_redis", "FlaskRedis", "every command raises AttributeError"),
    Extension("flask_moment", "Moment", "templates know no `moment`", passive=True),
    Extension("flask_bootstrap", "Bootstrap", "its templates are not found", passive=True),
    Extension("flask_bootstrap", "Bootstrap4", "its templates are not found", passive=True),
    Extension("flask_bootstrap", "Bootstrap5", "its templates are not found", passive=True),
    Extension("flask_pagedown", "PageDown", "templates know no `pagedown`", passive=True),
    Extension("flask_ckeditor", "CKEditor", "templates know no `ckeditor`", passive=True),
    Extension("flask_dropzone", "Dropzone", "templates know no `dropzone`", passive=True),
    Extension("flask_avatars", "Avatars", "templates know no `avatars`", passive=True),
    Extension("flask_assets", "Environment", "its bundles are not built"),
    Extension("flask_debugtoolbar", "DebugToolbarExtension"),
    Extension("flask_talisman", "Talisman", "no response gets its headers", moves=True, passive=True),
    Extension("flask_compress", "Compress", "no response is compressed", passive=True),
    Extension("flask_sslify", "SSLify"),
    Extension("flask_principal", "Principal", "no request has an identity"),
    Extension("flask_security", "Security", "its decorators raise an error"),
    Extension("flask_user", "UserManager", "its views have no URL", alone_counts=True),
    Extension("flask_apscheduler", "APScheduler"),
    Extension("flask_executor", "Executor", "submitting raises an error"),
    Extension("flask_rq2", "RQ", ""),
    Extension("flask_whooshee", "Whooshee", "nothing is indexed"),
    Extension("flask_oauthlib.client", "OAuth", "", position=0),
    Extension("authlib.integrations.flask_client", "OAuth", "every request raises RuntimeError"),
    Extension("flasgger", "Swagger", "its pages have no URL", passive=True),
    Extension("prometheus_flask_exporter", "PrometheusMetrics", "it measures nothing", passive=True),
)
# HTTP authentication (flask_httpauth), uploads and dances need no application, and are left out.

EXTENSIONS = {(each.package, each.name): each for each in _ALL}
CLASSES = frozenset(each.name for each in _ALL)
"""The last names of their classes: a look at these is cheap."""


def extension_of(name: str) -> Extension | None:
    """The extension whose class has the canonical ``name``, also where a module of its package defines it."""
    path, _, last = name.rpartition(".")
    if last not in CLASSES:
        return None
    path = path.replace("flask.ext.", "flask_")
    while path:
        if (found := EXTENSIONS.get((path, last))) is not None:
            return found
        path = path.rpartition(".")[0]
    return None
