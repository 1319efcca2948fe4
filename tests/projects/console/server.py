import signal
import threading
from contextlib import contextmanager
from functools import wraps
from multiprocessing import Process

from flask import Flask, current_app, g, request, session, url_for
from rq import Queue
from redis import Redis

app = Flask(__name__)
app.secret_key = "not a secret"
queue = Queue(connection=Redis())
PRINTED = []


@contextmanager
def in_app():
    with app.app_context():
        yield app


@contextmanager
def in_request(path="/"):
    context = app.test_request_context(path)
    context.push()
    try:
        yield
    finally:
        context.pop()


def with_app(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        with app.app_context():
            return function(*args, **kwargs)

    return wrapper


def in_thread(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        thread = threading.Thread(target=function, args=args, kwargs=kwargs)
        thread.start()
        return thread

    return wrapper


def later(function, *args):
    threading.Thread(target=function, args=args).start()


def show(text):
    PRINTED.append(f"{current_app.name}: {text}")


@with_app
def show_later(text):
    show(text)


@in_thread
def show_in_thread(text):
    with in_app():
        show(text)


def cache(key):
    with in_app():
        g.key = key
        PRINTED.append(g.key)


def link(endpoint):
    with in_request():
        PRINTED.append(url_for(endpoint))


def reload(*_):
    with app.app_context():
        show("reload")


def work(number):
    with in_app():
        show(number)


def export(numbers):
    with app.app_context():
        for number in numbers:
            show(number)


signal.signal(signal.SIGHUP, reload)


@app.get("/")
def index():
    show("index")
    show_in_thread("index")
    later(show_later, "later")
    later(link, "index")
    queue.enqueue(work, 1)
    return {"printed": len(PRINTED)}


@app.get("/cache/<key>")
def cached(key):
    threading.Thread(target=lambda: cache(key)).start()
    threading.Thread(target=work, args=(len(request.path),)).start()
    session["key"] = key
    return key


@app.cli.command()
def urls():
    with app.test_request_context():
        print(url_for("index"))


def loop():
    with app.app_context():
        show("loop")
    timer = threading.Timer(60, loop)
    timer.daemon = True
    timer.start()


if __name__ == "__main__":
    loop()
    with in_app():
        show("start")
    Process(target=export, args=([1, 2],)).start()
    app.run()
