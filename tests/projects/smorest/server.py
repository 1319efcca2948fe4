from flask import Flask
from flask_smorest import Api

from pets import blp


def create_app():
    app = Flask(__name__, static_folder=None)
    app.config["API_TITLE"] = "Pets"
    app.config["API_VERSION"] = "v1"
    app.config["OPENAPI_VERSION"] = "3.0.2"
    api = Api(app)
    api.register_blueprint(blp)
    return app
