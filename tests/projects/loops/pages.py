from flask import Blueprint

one = Blueprint("one", __name__)
two = Blueprint("two", __name__, url_prefix="/two")
three = Blueprint("three", __name__)
all_blueprints = (one, two)
by_prefix = [(three, "/three"), (Blueprint("four", __name__), "/four")]
PREFIXES = ["/x", "/y"]


@one.route("/one")
def first():
    return ""


@two.route("/")
def second():
    return ""


@three.route("/")
def third():
    return ""
