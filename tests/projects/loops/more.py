from flask import Blueprint

seven = Blueprint("seven", __name__)
ALL = [seven]


@seven.post("/seven")
def view():
    return ""
