import json
from flask import Flask, redirect, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = "pages"
app.config["ENV"] = "development"
PAGES = {"start": "Welcome"}


@app.route("/")
def index():
    return redirect("/pages/start")


@app.route("/pages")
def pages():
    first = int(request.args.get("first", "0"))
    size = int(request.args.get("size") or 10)
    return json.dumps(sorted(PAGES)[first : first + size])


@app.route("/pages/<name>")
def page(name):
    seen = session.setdefault("seen", [])
    seen.append(name)
    if name not in PAGES:
        return redirect(f"/pages/{name}/edit", 302)
    return PAGES[name]


@app.route("/seen")
def seen():
    return json.dumps(session.get("seen", [])), 200


@app.route("/pages/<name>/edit", methods=["GET", "POST"])
def edit(name):
    if request.method == "POST":
        PAGES[name] = request.form["text"]
        return redirect("/pages/" + name)
    return f"<form method=post><textarea name=text>{PAGES.get(name, '')}</textarea></form>"


@app.route("/import", methods=["POST"])
def load():
    PAGES.update(json.loads(request.data))
    return redirect("/", code=303)


if __name__ == "__main__":
    app.run(debug=True, threaded=True)
