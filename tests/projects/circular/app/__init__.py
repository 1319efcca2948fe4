from flask import Flask

app = Flask(__name__)

from app import routes, errors  # noqa: E402
from app.more import *  # noqa: E402, F403
