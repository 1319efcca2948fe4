"""Correct applications, as people write them, in which ``test_seeded_requests`` makes one mistake after the other."""

from __future__ import annotations

GLOBAL = {
    "app.py": """
import json
from functools import wraps

from flask import Flask, abort, flash, jsonify, redirect, render_template, request, session, url_for

app = Flask(__name__)
USERS = {}


def login_required(view):
    @wraps(view)
    def wrapped(*args, **kwargs):
        if "user" not in session:
            return redirect(url_for("login"))
        return view(*args, **kwargs)

    return wrapped


@app.route("/")
def index():
    page = request.args.get("page", default=1, type=int)
    size = request.args.get("size", 20, type=int)
    return render_template("index.html", users=list(USERS.values())[page * size :])


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":
        name = request.form.get("name")
        if name in USERS:
            session["user"] = name
            return redirect(url_for("index"))
        flash("Who?")
    return render_template("login.html")


@app.route("/logout")
@login_required
def logout():
    session.clear()
    return redirect(url_for("login"))


@app.route("/register", methods=("GET", "POST"))
def register():
    error = None
    if request.method == "POST":
        name = request.form.get("name")
        mail = request.form.get("mail")
        if not name or not mail:
            error = "Both, please."
        else:
            USERS[name] = {"name": name, "mail": mail}
            return redirect(url_for("login", _anchor="top"))
    return render_template("register.html", error=error)


@app.route("/users/<name>/edit", methods=["GET", "POST"])
@login_required
def edit(name):
    user = USERS.get(name) or abort(404)
    if request.method == "POST":
        user["mail"] = request.form.get("mail", user["mail"])
        user["age"] = request.form.get("age", default=0, type=int)
        upload = request.files.get("picture")
        if upload:
            user["picture"] = upload.read()
        return redirect(url_for("show", name=name))
    return render_template("edit.html", user=user)


@app.route("/users/<name>")
def show(name):
    user = USERS.get(name)
    if user is None:
        return redirect(url_for("index"))
    return jsonify(user)


@app.route("/api/users", methods=["GET"])
def api_users():
    low = request.args.get("low", default=0.0, type=float)
    names = [name for name, user in USERS.items() if user.get("age", 0) >= low]
    return jsonify(names)


@app.route("/api/users", methods=["POST"])
def api_create():
    data = request.get_json(silent=True)
    if not data:
        return jsonify({"error": "send JSON"}), 400
    if "name" not in data:
        abort(400)
    USERS[data["name"]] = data
    return jsonify(data), 201


@app.post("/api/import")
def api_import():
    users = request.get_json(force=True)
    for each in users:
        USERS[each.get("name")] = each
    response = jsonify({"count": len(users)})
    response.status_code = 202
    return response
""",
    "templates/login.html": '<form method="post"><input name="name"></form>',
    "templates/register.html": """
<form action="{{ url_for('register') }}" method="POST"><input name="name"><input name="mail"></form>
""",
    "templates/edit.html": """
<form method=post enctype="multipart/form-data"><input name="mail"><input name="age"></form>
""",
    "static/app.js": """
fetch("/api/users", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({name})
})
""",
}

FACTORY = {
    "shop/__init__.py": """
from flask import Flask


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_object(config)

    from shop import api, cart, pages

    app.register_blueprint(pages.bp)
    app.register_blueprint(cart.bp, url_prefix="/cart")
    app.register_blueprint(api.api, url_prefix="/api/v1")
    return app
""",
    "shop/pages.py": """
import flask
from flask import Blueprint

bp = Blueprint("pages", __name__)


@bp.route("/")
def home():
    return flask.render_template("home.html", page=flask.request.args.get("page", default=1, type=int))


@bp.route("/search")
def search():
    words = flask.request.args.get("q", "")
    size = flask.request.args.get("size", default=10, type=int)
    if not words:
        return flask.redirect(flask.url_for("pages.home"))
    return flask.render_template("found.html", words=words, size=size)


@bp.route("/contact", methods=["GET", "POST"])
def contact():
    if flask.request.method == "POST":
        send(flask.request.form.get("mail"), flask.request.form.get("text"))
        return flask.redirect(flask.url_for("pages.home"))
    return flask.render_template("contact.html")


@bp.get("/old")
def old():
    return flask.redirect(flask.url_for("pages.search"), code=301)
""",
    "shop/cart.py": """
from flask import Blueprint, redirect, request, session, url_for
from flask import jsonify as as_json

bp = Blueprint("cart", __name__)


@bp.post("/add")
def add():
    number = request.form.get("number", default=0, type=int)
    count = request.form.get("count", default=1, type=int)
    session["cart"] = {**session.get("cart", {}), str(number): count}
    return redirect(url_for("cart.show"))


@bp.route("/")
def show():
    return as_json(session.get("cart", {}))


@bp.route("/clear", methods=["POST"])
def clear():
    session["cart"] = {}
    if request.form.get("back"):
        return redirect(url_for("pages.home"))
    return redirect(url_for("cart.show"), 303)


@bp.route("/item/<int:number>")
def item(number):
    if number < 1:
        return redirect(url_for("cart.item", number=1))
    return as_json({"number": number, "count": session.get("cart", {}).get(str(number), 0)}), 200
""",
    "shop/api.py": """
import json

from flask import Blueprint, abort, jsonify, make_response, request

api = Blueprint("api", __name__)
ORDERS = []


@api.route("/orders", methods=["POST"])
def order():
    data = request.get_json()
    if "items" not in data or "mail" not in data:
        abort(400, "items and mail, please")
    ORDERS.append({"items": data["items"], "mail": data["mail"]})
    return jsonify(number=len(ORDERS)), 201


@api.route("/orders")
def orders():
    first = request.args.get("first", type=int, default=0)
    return jsonify(ORDERS[first:])


@api.route("/orders/<int:number>", methods=["PUT", "PATCH"])
def change(number):
    body = request.get_json(silent=True) or {}
    mail = body.get("mail")
    if mail is None:
        return make_response(jsonify({"error": "no mail"}), 400)
    ORDERS[number]["mail"] = mail
    return jsonify(ORDERS[number])


@api.route("/hook", methods=["POST"])
def hook():
    key = request.headers.get("X-Key")
    if key is None:
        abort(401)
    event = request.get_json(force=True)
    ORDERS.append(event)
    return jsonify({"ok": True})


@api.route("/stats")
def stats():
    days = request.values.get("days", default=7, type=int)
    return jsonify({"days": days, "count": len(ORDERS)})
""",
    "tests/test_api.py": """
import pytest

from shop import create_app


@pytest.fixture
def client():
    return create_app().test_client()


def test_order(client):
    answer = client.post("/api/v1/orders", json={"items": [1], "mail": "a@b.c"})
    assert answer.status_code == 201


def test_change(client):
    assert client.put("/api/v1/orders/0", json={"mail": "x@y.z"}).status_code == 200


def test_add(client):
    assert client.post("/cart/add", data={"number": 1, "count": 2}).status_code == 302


def test_clear(client):
    body = dict(back="1")
    client.post("/cart/clear", data=body)


def test_contact(client):
    client.post("/contact", data={"mail": "a@b.c", "text": "Hello"})
""",
}

CLASSES = {
    "api/app.py": """
from flask import Flask, abort, jsonify, redirect, request, url_for
from flask.views import MethodView


class Notes(MethodView):
    notes = {}

    def get(self):
        start = request.args.get("start", default=0, type=int)
        return jsonify(list(self.notes.values())[start:])

    def post(self):
        payload = request.get_json()
        text = payload.get("text")
        if not text:
            abort(400)
        self.notes[len(self.notes)] = text
        return jsonify({"number": len(self.notes)}), 201, {"X-Count": str(len(self.notes))}


class Note(MethodView):
    def get(self, number):
        if number not in Notes.notes:
            return redirect(url_for("notes"))
        return jsonify(Notes.notes[number])

    def put(self, number):
        payload = request.get_json(force=True)
        Notes.notes[number] = payload.get("text")
        return jsonify(Notes.notes[number])


def upload():
    kind = request.form.get("kind", "text")
    sent = request.files.get("file")
    if sent is None:
        abort(400)
    Notes.notes[len(Notes.notes)] = sent.read().decode()
    return redirect(url_for("note", number=len(Notes.notes) - 1), 303)


def make_app(name=__name__):
    app = Flask(name)
    app.add_url_rule("/notes", view_func=Notes.as_view("notes"))
    app.add_url_rule("/notes/<int:number>", view_func=Note.as_view("note"))
    app.add_url_rule("/upload", "upload", upload, methods=["POST"])

    @app.route("/")
    def index():
        return redirect(url_for("notes"))

    @app.route("/echo", methods=["POST"])
    def echo():
        body = request.get_json(silent=True)
        if body is None:
            return jsonify(error="JSON, please"), 400
        return jsonify(body)

    @app.route("/add", methods=["GET", "POST"])
    def add():
        if request.method == "GET":
            return "<form method=post><input name=a><input name=b></form>"
        total = request.form.get("a", default=0, type=int) + request.form.get("b", default=0, type=int)
        return jsonify(total=total)

    @app.route("/theme")
    def theme():
        wanted = request.cookies.get("theme", "light")
        key = request.headers.get("X-Theme")
        return jsonify({"theme": key or wanted})

    return app
""",
    "tests/conftest.py": """
import pytest

from api.app import make_app


@pytest.fixture
def app():
    return make_app()


@pytest.fixture
def client(app):
    return app.test_client()
""",
    "tests/test_notes.py": """
class TestNotes:
    def test_post(self, client):
        assert client.post("/notes", json={"text": "x"}).status_code == 201

    def test_add(self, client):
        assert client.post("/add", data={"a": 1, "b": 2}).json == {"total": 3}

    def test_echo(self, client):
        assert client.post("/echo", json={"a": 1}).json == {"a": 1}
""",
}

APPLICATIONS = {"global": GLOBAL, "factory": FACTORY, "classes": CLASSES}
