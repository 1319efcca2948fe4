import threading

from flask import Blueprint, current_app, g, jsonify, redirect, render_template, request, session, url_for

from reports import mail, models, workers

bp = Blueprint("pages", __name__)


@bp.before_request
def count_visits():
    session["visits"] = session.get("visits", 0) + 1
    g.rows = request.args.get("rows", type=int)


@bp.route("/")
def index():
    return render_template("index.html", reports=models.newest(), rows=g.rows)


@bp.route("/", methods=["POST"])
def create():
    title = request.form.get("title", "untitled")
    models.add(title)
    mail.announce(title)
    workers.builder.start(title)
    workers.rebuild_later()
    workers.Worker(current_app._get_current_object(), title).start()
    return redirect(url_for("pages.index"))


@bp.route("/count")
def count():
    found = models.count()
    thread = threading.Thread(
        target=save_count,
        kwargs={"app": current_app._get_current_object(), "count": found, "who": request.remote_addr},
    )
    thread.start()
    return jsonify(count=found)


def save_count(app, count, who):
    with app.app_context():
        current_app.logger.info("%s reports for %s", count, who)
        models.add(f"{count} for {who}")
