from flask import Blueprint

PREFIX = "/admin"
bp = Blueprint("admin", __name__, url_prefix="/never")


@bp.get("/")
def home(tab):
    return ""
