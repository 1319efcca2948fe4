from app import app
from .tools import *  # noqa: F403


@app.route("/")
@app.route(INDEX)  # noqa: F405
def index():
    return ""
