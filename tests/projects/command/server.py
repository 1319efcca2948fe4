"""An application that is made only when the program is run, with a class of the project's own around it."""

from flask import Flask, jsonify
from flask.json.provider import DefaultJSONProvider


class Sorted(DefaultJSONProvider):
    sort_keys = True


def main():
    app = Flask(__name__)
    app.json = Sorted(app)

    @app.route("/")
    def index():
        return jsonify([])

    @app.post("/<path:path>")
    def upload(path):
        return path

    return app


if __name__ == "__main__":
    main().run()
