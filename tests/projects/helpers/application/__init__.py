from importlib import import_module

from flask import Flask

from . import plugins
from .register import add_pages, register

MODULES = ["users", "posts"]


def make_app(config=None, *, with_pages=True):
    flask_app = Flask(__name__)
    register(flask_app, "/r")
    register(flask_app, prefix="/s", name="second")
    for module in MODULES:
        blueprint = import_module(f"application.{module}.routes").blueprint
        flask_app.register_blueprint(blueprint)
    if with_pages:
        add_pages(flask_app)
    plugins.Plugin("/plugin").init_app(flask_app)
    setup = plugins.Other(flask_app)
    setup.add("/other")
    return flask_app
