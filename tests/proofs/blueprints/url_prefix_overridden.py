"""FL601: where the view answers, and whether the blueprint says otherwise."""

BAD = "/blog/posts 404, /weblog/posts 200, the blueprint says /blog"
BETTER = "/blog/posts 404, /weblog/posts 200, the blueprint says None"


def observe() -> str:
    from example import app, blog

    client = app.test_client()
    answers = (f"{path} {client.get(path).status_code}" for path in ("/blog/posts", "/weblog/posts"))
    return ", ".join([*answers, f"the blueprint says {blog.url_prefix}"])
