from flask import Blueprint

blog = Blueprint("blog", __name__, url_prefix="/blog/", template_folder="templates")


@blog.route("")
@blog.route("page/<int:number>")
def index(number=1):
    return ""


@blog.route("/<slug>/")
def post(slug):
    return ""
