from flask import Blueprint

blueprints = []
five = Blueprint("five", __name__)
blueprints.append(five)
six = Blueprint("six", __name__, url_prefix="/six")
blueprints.extend([six])


@five.route("/five")
@six.route("/six")
def view():
    return ""
