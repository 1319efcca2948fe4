import atexit
from concurrent.futures import ThreadPoolExecutor
from threading import Thread, Timer

from flask import (
    Flask,
    copy_current_request_context,
    current_app,
    flash,
    g,
    has_app_context,
    has_request_context,
    jsonify,
    render_template_string,
    request,
    session,
    stream_with_context,
    url_for,
)

app = Flask(__name__)
app.config.update(SECRET_KEY="not a secret", SERVER_NAME="notices.example.com", SENDER="desk@example.com")
pool = ThreadPoolExecutor(max_workers=2)
SENT = []


def sender():
    return current_app.config["SENDER"]


def write(to, text):
    body = render_template_string("{{ text }} from {{ who }}", text=text, who=sender())
    SENT.append((to, body))


def send(to, text):
    with app.app_context():
        write(to, text)


def send_later(to, text):
    timer = Timer(0.01, remind, args=(to, text))
    timer.daemon = True
    timer.start()


def remind(to, text):
    with app.app_context():
        write(to, f"Again: {text}")
        SENT.append((to, url_for("index")))


def store(text):
    with app.app_context():
        g.stored = text
        current_app.logger.info("stored %s", g.stored)


def language():
    if has_request_context():
        return request.accept_languages.best
    return "en"


def visitor():
    if not has_request_context():
        return "nobody"
    return session.get("name", "somebody")


def configured(key):
    if has_app_context():
        return current_app.config.get(key)
    return None


def note(text):
    SENT.append((visitor(), f"{language()} {configured('SENDER')} {text}"))


def close():
    with app.app_context():
        current_app.logger.info("%s sent", len(SENT))


atexit.register(close)


@app.before_request
def load():
    g.name = session.get("name")


@app.route("/")
def index():
    note("index")
    Thread(target=note, args=("in a thread",)).start()
    return jsonify(sent=len(SENT), sender=sender())


@app.post("/notices")
def create():
    to = request.form["to"]
    text = request.form.get("text", "")
    session["name"] = to
    thread = Thread(target=send, args=(to, text))
    thread.start()
    thread.join()
    pool.submit(store, text)
    send_later(to, text)
    write(to, text)
    remember(to)
    flash("sent")
    return {"sent": len(SENT)}


def remember(to):
    names = session.setdefault("names", [])
    session["names"] = [*names, to]


@app.post("/visits")
def visit():
    @copy_current_request_context
    def record():
        SENT.append((request.remote_addr, request.path))

    thread = Thread(target=record)
    thread.start()
    thread.join()
    logged = Thread(target=log_visit, args=(request.remote_addr, request.path))
    logged.start()
    pool.submit(copy_current_request_context(record_agent)).result()
    return "", 204


def log_visit(address, path):
    SENT.append((address, path))


def record_agent():
    SENT.append(("agent", request.user_agent.string))


@app.get("/export")
def export():
    def lines():
        yield request.path
        for to, text in SENT:
            yield f"{to} {text} {current_app.name}\n"

    return app.response_class(stream_with_context(lines()))


@app.cli.command("remind-all")
def remind_all():
    for to, _ in SENT:
        write(to, url_for("index", _external=True))


@app.teardown_appcontext
def forget(_):
    g.pop("name", None)


with app.app_context():
    SENT.append(("start", current_app.name))

with app.test_request_context("/?first=1"):
    FIRST = request.args["first"]

if __name__ == "__main__":
    with app.app_context():
        write("desk@example.com", "started")
    app.run()
