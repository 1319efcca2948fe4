import shop.pages.home
from flask import Flask
from shop.pages import about
import shop.pages.contact as contact

app = Flask(__name__, static_folder=None)
app.register_blueprint(shop.pages.home.bp)
app.register_blueprint(about.bp)
app.register_blueprint(contact.bp, url_prefix="/contact")
