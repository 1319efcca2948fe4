import json

import flask
from flask import Flask, request
from flask.views import MethodView


class Notes(MethodView):
    notes: dict = {}

    def get(self):
        start = int(request.args.get("start", default="0"))
        return flask.jsonify(list(self.notes.values())[start:])

    def post(self):
        note = json.loads(request.get_data())
        self.notes[len(self.notes)] = note
        return flask.redirect("/notes/%d" % (len(self.notes) - 1))


class Note(MethodView):
    def get(self, number):
        key = flask.request.headers["X-Key"]
        return {"note": Notes.notes[number], "key": key}


def make():
    app = Flask(__name__)
    app.add_url_rule("/notes", view_func=Notes.as_view("notes"))
    app.add_url_rule("/notes/<int:number>", view_func=Note.as_view("note"))

    @app.route("/sum", methods=["POST"])
    def total():
        data = request.get_json(silent=True)
        if not data:
            return json.dumps({"error": "JSON, please"}), 400
        return {"sum": data["a"] + data["b"]}

    @app.errorhandler(404)
    def gone(error):
        return flask.redirect("/notes")

    return app
