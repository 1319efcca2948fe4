from flask import Flask

from api import api, v1

app = Flask(__name__, subdomain_matching=True, static_folder=None)
app.config["SERVER_NAME"] = "example.org"
app.register_blueprint(api, url_prefix="/api")
app.register_blueprint(v1, name="old", url_prefix="/old", subdomain="legacy")
