"""FL803: with and without the argument, the server is told the same; only the text differs."""

BAD = "written: True, told to the server: True"
BETTER = "written: False, told to the server: True"


def observe() -> str:
    import runpy
    from pathlib import Path

    from werkzeug import serving

    seen: list[object] = []
    serving.run_simple = lambda *_, **options: seen.append(options["threaded"])
    runpy.run_path("example.py", run_name="__main__")
    written = "threaded=True" in Path("example.py").read_text(encoding="utf-8")
    return f"written: {written}, told to the server: {seen[0]}"
