from flask import Flask

import settings
from settings import API, Paths
from settings import PATHS as paths
from views import bp

app = Flask(__name__, static_folder=settings.STATIC, static_url_path=f"{API}/assets")


@app.route(settings.PREFIX + "/a")
def a():
    return ""


@app.route(Paths.B)
def b():
    return ""


@app.route(paths["c"])
def c():
    return ""


@app.route(f"{API}/d/<int:id>", methods=settings.METHODS)
def d(id):
    return ""


@app.route("/" "joined" "/" + "e")
def e():
    return ""


app.register_blueprint(bp, url_prefix=API + "/views")
