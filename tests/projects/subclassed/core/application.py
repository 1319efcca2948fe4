from flask import Flask

from .sections import Section, catalogue


class Small(Flask):
    def json_default(self):
        return None


class Shop(Small):
    def __init__(self, name):
        super().__init__(name, static_url_path="/files")
        self.register_blueprint(catalogue)
        self.setup()

    def setup(self):
        staff = Section("staff", "/staff")
        staff.add_url_rule("/", view_func=index, endpoint="index")
        self.register_blueprint(staff)
        self.add_url_rule("/shop", "shop", index)


def index():
    return ""
