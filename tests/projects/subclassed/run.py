from core import Shop, Small

app = Shop("shop")
small = Small(__name__, static_folder=None)


@small.route("/small")
def only():
    return ""
