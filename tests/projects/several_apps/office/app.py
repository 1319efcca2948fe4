from flask import Flask

from office.views import common

app = Flask(__name__, static_folder=None)
app.register_blueprint(common)


@app.route("/")
def index():
    return ""


def create_other():
    app = Flask("other", static_folder=None)
    app.register_blueprint(common, url_prefix="/other")

    @app.route("/")
    def index():
        return ""

    return app
