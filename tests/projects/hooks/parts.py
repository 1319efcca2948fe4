from flask import Blueprint

outer = Blueprint("outer", __name__, url_prefix="/outer")
inner = Blueprint("inner", __name__, url_prefix="/<lang>")


@outer.before_request
def before_outer():
    pass


@outer.before_app_request
def before_all():
    pass


@outer.app_errorhandler(403)
def forbidden(error):
    return "", 403


@inner.errorhandler(ValueError)
def of_inner(error):
    return "", 400


@inner.url_value_preprocessor
def pull(endpoint, values):
    values.pop("lang", None)


@inner.app_context_processor
def words():
    return {}


@outer.route("/")
@inner.route("/")
def index():
    return ""
