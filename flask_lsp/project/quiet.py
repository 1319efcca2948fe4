"""Which packages add no routes to an application that they are given."""

from __future__ import annotations

from flask_lsp.project.links import split

_QUIET = frozenset(
    {
        *("flask", "werkzeug", "jinja2", "click", "markupsafe", "itsdangerous", "blinker", "wtforms"),
        *("flask_sqlalchemy", "flask_migrate", "flask_login", "flask_mail", "flask_mailman", "flask_wtf", "flask_cors"),
        *("flask_babel", "flask_babelex", "flask_babelplus", "flask_moment", "flask_caching", "flask_cache"),
        *("flask_limiter", "flask_talisman", "flask_session", "flask_bcrypt", "flask_jwt_extended", "flask_httpauth"),
        *("flask_marshmallow", "flask_compress", "flask_principal", "flask_socketio", "flask_script", "flask_pymongo"),
        *("flask_mongoengine", "flask_redis", "flask_redisplus", "flask_seasurf", "flask_sslify", "flask_allows"),
        *("flask_alembic", "flask_assets", "flask_htmlmin", "flask_minify", "flask_sock", "flask_executor"),
        *("flask_praetorian", "flask_whooshee", "flask_gravatar", "flask_avatars", "flask_jwt", "flask_celeryext"),
        *("flask_mysqldb", "flask_mysql", "flask_peewee", "flask_restless", "flask_static_digest", "flask_apscheduler"),
        *("flask_principal", "flask_themes2", "flask_plugins", "flask_dotenv", "flask_environments", "flask_uuid"),
        *(
            "flask_misaka",
            "flask_markdown",
            "flask_sqlalchemy_lite",
            "flask_argon2",
            "flask_reuploaded",
            "flask_webpack",
        ),
        *(
            "sqlalchemy",
            "sqlalchemy_utils",
            "flask_sqlalchemy_session",
            "alembic",
            "celery",
            "redis",
            "rq",
            "sentry_sdk",
        ),
        *("raven", "authlib", "elasticsearch", "gevent", "eventlet", "waitress", "gunicorn", "cheroot", "tornado"),
        *("whitenoise", "pytest", "dotenv", "apscheduler", "flask_testing", "itsdangerous", "pymongo", "peewee"),
        *("mongoengine", "marshmallow", "passlib", "requests", "structlog", "loguru", "asgiref", "a2wsgi", "uvicorn"),
        *("hypercorn", "prometheus_client", "statsd", "newrelic", "ddtrace", "elasticapm", "rollbar", "bugsnag"),
    }
)
_LOUD = ("flask_apscheduler.", "flask_restless.", "flask_reuploaded.", "flask_avatars.", "flask_themes2.")
"""They may, depending on how they are set up."""


def adds_no_routes(name: str) -> bool:
    """The package of a canonical name is known to add none."""
    return split(name)[0] in _QUIET and not name.startswith(_LOUD)
