from flask import Blueprint

bp = Blueprint("plain", __name__)


@bp.route("/plain")
def plain():
    return ""
