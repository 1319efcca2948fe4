"""FL901: below a path, and then with the route moved, a URL that is written out leads out of the application."""

BAD = "mounted /login, moved 404"
BETTER = "mounted /shop/login, moved 200"


def observe() -> str:
    from example import app

    mounted = app.test_client().get("/account", base_url="http://localhost/shop").headers["Location"]
    # Werkzeug's map, made again with the route in another place.
    moved = [rule.empty() for rule in app.url_map.iter_rules()]
    for rule in moved:
        rule.rule = "/sign-in" if rule.endpoint == "login" else rule.rule
    app.url_map = type(app.url_map)(moved)
    return f"mounted {mounted}, moved {app.test_client().get('/account', follow_redirects=True).status_code}"
