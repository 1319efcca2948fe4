from flask import Blueprint


def blueprint(name):
    bp = Blueprint(name, __name__, url_prefix=f"/{name}")

    @bp.route("/view")
    def view():
        return ""

    return bp


def attach(app):
    app.add_url_rule("/attached", "attached", attach)
