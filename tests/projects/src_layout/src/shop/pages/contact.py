from flask import Blueprint

bp = Blueprint("contact", __name__)


@bp.route("/")
def contact():
    return ""
