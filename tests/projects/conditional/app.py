import os

from flask import Flask

try:
    from debugging import debug_bp
except ImportError:
    debug_bp = None

from plain import bp

FEATURE = True


def create_app():
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(bp)
    if FEATURE:
        app.add_url_rule("/feature", "feature", view)
    else:
        app.add_url_rule("/no-feature", "no_feature", view)
    if os.environ.get("WITH_DEBUG"):
        app.register_blueprint(debug_bp)
    if os.environ.get("WITHOUT_LATE"):
        return app
    app.add_url_rule("/late", "late", view)
    return app


def view():
    return ""
