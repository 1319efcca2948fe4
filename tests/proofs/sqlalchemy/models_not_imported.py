"""FL706: the tables of the database."""

BAD = "tables: []"
BETTER = "tables: ['user']"


def observe() -> str:
    from example import create_app, db
    from sqlalchemy import inspect

    with create_app().app_context():
        return f"tables: {inspect(db.engine).get_table_names()}"
