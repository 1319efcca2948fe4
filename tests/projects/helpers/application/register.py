from flask import Blueprint


def register(app, prefix="/", name="helped"):
    bp = Blueprint("helped", __name__)

    @bp.route("/view")
    def view():
        return ""

    app.register_blueprint(bp, url_prefix=prefix, name=name)


def add_pages(target):
    def page(name):
        target.add_url_rule("/" + name, name, show)

    page("about")
    page(name="help")


def show():
    return ""
