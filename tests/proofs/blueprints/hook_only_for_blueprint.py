"""FL604: what the view of the other blueprint answers, and what its template shows."""

BAD = "AttributeError: user"
BETTER = "Hello, nobody"


def observe() -> str:
    from example import app

    assert (shown("context_processor"), shown("app_context_processor")) == ("[]", "[a]")
    app.testing = True
    app.secret_key = "for this test"
    return app.test_client().get("/").text


def shown(how: str) -> str:
    """What the template of a view shows of a name that a blueprint's context processor gives."""
    from flask import Blueprint, Flask, render_template_string

    app, bp = Flask("templates"), Blueprint("shop", "shop")
    getattr(bp, how)(lambda: {"categories": ["a"]})
    app.register_blueprint(bp)
    app.add_url_rule(
        "/", "index", lambda: render_template_string("[{% for each in categories %}{{ each }}{% endfor %}]")
    )
    return app.test_client().get("/").text
