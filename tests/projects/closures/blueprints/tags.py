from flask import Blueprint


def construct_blueprint(datastore):
    tags_blueprint = Blueprint("tags", __name__, template_folder="templates")

    @tags_blueprint.route("/list", methods=["GET"])
    def tags_overview_page():
        return ""

    if datastore is None:
        raise ValueError("no store")
    add_more(tags_blueprint)
    return tags_blueprint


def add_more(bp):
    @bp.route("/add", methods=["POST"])
    def add():
        return ""
