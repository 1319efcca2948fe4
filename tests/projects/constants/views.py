from flask import Blueprint

NAME = "views"
RULE = "/rule"
bp = Blueprint(NAME, __name__)


@bp.route(RULE)
@bp.route(rule=RULE + "/<name>")
def view(name=""):
    return ""
