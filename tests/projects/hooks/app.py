from flask import Flask, g

import handlers
from parts import inner, outer


def create_app():
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(outer)
    app.register_blueprint(inner)
    app.before_request(load)
    app.teardown_appcontext(close)
    app.register_error_handler(404, handlers.missing)
    app.register_error_handler(ValueError, handlers.wrong)
    handlers.init_app(app)
    return app


def load():
    g.user = None


def close(error):
    pass
