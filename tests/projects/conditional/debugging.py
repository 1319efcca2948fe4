from flask import Blueprint

debug_bp = Blueprint("debug", __name__, url_prefix="/debug")


@debug_bp.route("/vars")
def variables():
    return ""
