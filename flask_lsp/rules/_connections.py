"""Connections to databases, and other things that have to be closed, by the canonical names of the calls."""

from __future__ import annotations

CONNECTIONS = {
    **dict.fromkeys(
        (
            *("sqlite3.connect", "sqlite3.Connection", "pysqlite3.connect", "sqlcipher3.connect", "apsw.Connection"),
            *("psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect", "pg8000.connect"),
            *("pymysql.connect", "pymysql.Connection", "pymysql.connections.Connection", "MySQLdb.connect"),
            *("mysql.connector.connect", "mysql.connector.MySQLConnection", "mariadb.connect", "pyodbc.connect"),
            *("cx_Oracle.connect", "oracledb.connect", "pymssql.connect", "ibm_db.connect", "ibm_db_dbi.connect"),
            *("duckdb.connect", "snowflake.connector.connect", "hdbcli.dbapi.connect", "ldap3.Connection"),
            *("sqlalchemy.create_engine().connect", "sqlalchemy.engine.create_engine().connect"),
            *("sqlalchemy.create_engine().raw_connection", "sqlalchemy.engine.create_engine().raw_connection"),
        ),
        "connection",
    ),
}
_FILES = ("builtins.open", "io.open", "codecs.open", "tempfile.TemporaryFile", "tempfile.NamedTemporaryFile")
_SERVERS = ("smtplib.SMTP", "smtplib.SMTP_SSL", "ftplib.FTP", "imaplib.IMAP4", "imaplib.IMAP4_SSL")
_ORM = ("sqlalchemy.orm.sessionmaker()", "sqlalchemy.orm.Session", "sqlalchemy.orm.session.Session", "sqlmodel.Session")
_OTHERS = {
    **dict.fromkeys(_SERVERS, "connection"),
    **dict.fromkeys(_FILES, "file"),
    **dict.fromkeys(_ORM, "session"),
}


def connection_of(name: str | None) -> str | None:
    """What a canonical name of a value is, where that is one connection: ``connection`` or ``cursor``."""
    if name is None or not name.endswith("()"):
        return None
    made = name.removesuffix("()")
    if made in CONNECTIONS:
        return CONNECTIONS[made]
    owner, _, method = made.rpartition(".")
    return "cursor" if method == "cursor" and connection_of(owner) == "connection" else None


def resource_of(name: str | None) -> str | None:
    """What a canonical name of a value is, where that has to be closed."""
    if name is None or not name.endswith("()"):
        return None
    return connection_of(name) or _OTHERS.get(name.removesuffix("()"))
