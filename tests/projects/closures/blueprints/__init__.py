from flask import Blueprint


def construct(store):
    made = Blueprint("made", __name__)

    @made.route("/")
    def index():
        return store

    def other():
        return store

    made.add_url_rule("/other", view_func=other)
    return made
