"""Correct applications of many shapes: each gives a text per file. ``# commit`` ends the lines that a seed takes out.

Every shape is written for every kind of change, so that a seed is a line of a program that somebody may have written.
"""

from __future__ import annotations

import textwrap

EXTENSIONS = """
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
"""
MODELS = """
from extensions import db


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    seen = db.Column(db.Boolean)
    friends = db.relationship("User")

    def rename(self, name):
        self.name = name

    def save(self):
        db.session.add(self)
        db.session.commit()
"""
CHANGES = {
    "add": "db.session.add(User(name=name))",
    "variable": "user = User(name=name)\ndb.session.add(user)",
    "add_all": "db.session.add_all([User(name=name), User(name='other')])",
    "delete": "db.session.delete(db.session.get(User, 1))",
    "query": "User.query.filter_by(name=name).delete()",
    "update": "db.session.execute(db.update(User).values(name=name))",
    "text": "db.session.execute(db.text('DELETE FROM user'))",
    "loop": "for each in (name, 'other'):\n    db.session.add(User(name=each))",
    "branch": "if name:\n    db.session.add(User(name=name))\nelse:\n    db.session.add(User(name='x'))",
    "flush": "user = User(name=name)\ndb.session.add(user)\ndb.session.flush()",
    "attribute": "user = db.session.get(User, 1)\nuser.name = name",
    "attributes": "user = User.query.filter_by(name=name).first()\nuser.rename(name)\nuser.seen = True",
    "rows": "for each in User.query.all():\n    each.seen = False",
    "bulk": "db.session.bulk_insert_mappings(User, [{'name': name}])",
    "merge": "db.session.merge(User(id=1, name=name))",
}
"""What is changed in the session."""

_APP = """
from flask import Flask, abort, flash, redirect, render_template, request, url_for
from extensions import db
from models import User

app = Flask(__name__)
db.init_app(app)
"""
_BLUEPRINT = """
from flask import Blueprint, flash, jsonify, redirect, request, url_for
from extensions import db
from models import User

bp = Blueprint("users", __name__)
"""

SHAPES = {
    "view": _APP
    + """

@app.route("/users/<name>", methods=["POST"])
def create(name):
    {change}
    db.session.commit()  # commit
    return redirect(url_for("create", name=name))
""",
    "blueprint": _BLUEPRINT
    + """

@bp.post("/users")
def create():
    name = request.form["name"]
    {change}
    db.session.commit()  # commit
    flash("Created")
    return jsonify(name=name), 201
""",
    "form": _APP
    + """
from flask_login import login_required
from forms import UserForm


@app.route("/users", methods=["GET", "POST"])
@login_required
def create():
    form = UserForm()
    if form.validate_on_submit():
        name = form.name.data
        {change2}
        db.session.commit()  # commit
        return redirect(url_for("create"))
    return render_template("form.html", form=form)
""",
    "early": _APP
    + """

@app.post("/users/<name>")
def create(name):
    if User.query.filter_by(name=name).first() is not None:
        return "taken", 409
    if not name:
        abort(400)
    {change}
    db.session.commit()  # commit
    return "created"
""",
    "factory": """
from flask import Flask
from extensions import db
from models import User


def create_app():
    app = Flask(__name__)
    db.init_app(app)

    @app.post("/users/<name>")
    def create(name):
        {change2}
        db.session.commit()  # commit
        return "created"

    return app
""",
    "class": _APP
    + """
from flask.views import MethodView


class Users(MethodView):
    def get(self):
        return str(User.query.count())

    def post(self, name):
        {change2}
        db.session.commit()  # commit
        return "created"


app.add_url_rule("/users/<name>", view_func=Users.as_view("users"))
""",
    "restful": _APP
    + """
from flask_restful import Api, Resource

api = Api(app)


class Users(Resource):
    def post(self, name):
        {change2}
        db.session.commit()  # commit
        return {{"name": name}}, 201


api.add_resource(Users, "/users/<name>")
""",
    "command": _APP
    + """
import click


@app.cli.command("create")
@click.argument("name")
def create(name):
    {change}
    db.session.commit()  # commit
    click.echo("created")
""",
    "helper": _APP
    + """

def store(name):
    {change}


@app.post("/users/<name>")
def create(name):
    store(name)
    db.session.commit()  # commit
    return "created"
""",
    "try": _APP
    + """

@app.post("/users/<name>")
def create(name):
    try:
        {change2}
        db.session.commit()  # commit
    except ValueError:
        flash("No")
        raise
    return "created"
""",
    "script": _APP
    + """

def seed(name="ann"):
    with app.app_context():
        {change2}
        db.session.commit()  # commit


if __name__ == "__main__":
    seed()
""",
    "errorhandler": _APP
    + """

@app.errorhandler(404)
def missing(error):
    name = str(error)
    {change}
    db.session.commit()  # commit
    return "missing", 404
""",
}
"""Where it is changed: applications of one module, beside the models."""


def app_of(shape: str, change: str) -> str:
    lines = CHANGES[change]
    deep = textwrap.indent(lines, " " * 4).lstrip(), textwrap.indent(lines, " " * 8).lstrip()
    return SHAPES[shape].format(change=deep[0], change2=deep[1])
