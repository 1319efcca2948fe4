from flask import Flask
from flask_login import login_required

from wrappers import by_hand, cached, checked, logged, marked, same, updated

app = Flask(__name__, static_folder=None)


@app.route("/wrapped")
@checked
def wrapped():
    return ""


@app.route("/renamed")
@logged
def not_this_name():
    return ""


@app.route("/cached")
@cached(10)
def cached_view():
    return ""


@app.route("/marked")
@marked("x")
def also_not_this():
    return ""


@app.route("/same")
@same
@login_required
def same_view():
    return ""


@login_required
@app.route("/below")
def below():
    return ""


@app.route("/given", endpoint="given-by-hand")
@logged
def given():
    return ""


@app.route("/by-hand")
@by_hand
def named_by_hand():
    return ""


@app.route("/updated")
@updated
def kept_by_update():
    return ""
