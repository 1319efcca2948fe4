"""FL804: who answers for a file of the folder: a view of the application, or Flask's own."""

BAD = "hello by assets"
BETTER = "hello by static"


def observe() -> str:
    from pathlib import Path

    import example

    Path("assets").mkdir()
    Path("assets/site.css").write_text("hello")
    said: list[object] = []
    from flask import request

    example.app.after_request(lambda response: said.append(request.endpoint) or response)
    body = example.app.test_client().get("/assets/site.css").get_data(as_text=True)
    return f"{body} by {said[0]}"
