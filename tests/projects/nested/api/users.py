from flask import Blueprint

users = Blueprint("users", __name__, url_prefix="/users")


@users.route("/")
@users.route("/<uuid:id>", subdomain="special")
def show(id=None):
    return ""
