from flask import Blueprint


class Backups:
    def __init__(self, store):
        self.store = store

    def blueprint(self):
        backups = Blueprint("backups", __name__, url_prefix="/backups")

        @backups.route("/")
        def index():
            return ""

        return backups
