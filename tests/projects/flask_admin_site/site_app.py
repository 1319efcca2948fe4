from flask import Flask
from flask_admin import Admin, BaseView, expose

app = Flask(__name__)
admin = Admin(app, name="Site")


class Reports(BaseView):
    @expose("/")
    def index(self):
        return ""


admin.add_view(Reports(endpoint="reports"))


@app.route("/")
def index():
    return ""
