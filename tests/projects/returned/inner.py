from flask import Blueprint, current_app

bp = Blueprint("inner", __name__)
current_app.logger.debug("loaded")


@bp.route("/inner")
def inner():
    return ""
