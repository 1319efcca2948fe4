from flask_login import login_required

from shop.auth import bp


@bp.route("/login", methods=["GET", "POST"])
def login():
    return ""


@bp.route("/logout")
@login_required
def logout():
    return ""
