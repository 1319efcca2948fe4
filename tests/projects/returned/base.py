from flask import Flask


def make():
    server = Flask(__name__, static_folder=None)
    add(server)
    return server


def add(server):
    @server.route("/base")
    def base():
        return ""


def get_app():
    return make()
