from flask import Blueprint

from .users import users

api = Blueprint("api", __name__)
v1 = Blueprint("v1", __name__, url_prefix="/v1/", subdomain="one")
v1.register_blueprint(users)
v1.register_blueprint(users, name="people", url_prefix="people")
api.register_blueprint(v1)
api.register_blueprint(v1, name="v2", url_prefix="/v2")


@api.route("/status")
def status():
    return ""


@v1.route("/status")
def status_of_version():
    return ""
