"""The keys that Flask itself reads, 2.2 to 3.2."""

from __future__ import annotations

FLASK_KEYS = (
    (
        "Flask",
        """
APPLICATION_ROOT              | str                | "/"   | The path below which the application is mounted: for URLs made outside of requests, and for the path of the session cookie.
DEBUG                         | bool               | None  | Debug mode; `flask run` takes it from `FLASK_DEBUG` or `--debug` instead.
ENV                           | str                | "production" | The name of the environment. | -2.3
EXPLAIN_TEMPLATE_LOADING      | bool               | False | Logs where each template is looked for.
JSON_AS_ASCII                 | bool               | True  | Escapes all but ASCII in JSON; now an attribute of `app.json`. | -2.3
JSON_SORT_KEYS                | bool               | True  | Sorts the keys of JSON objects; now an attribute of `app.json`. | -2.3
JSONIFY_MIMETYPE              | str                | "application/json" | The type of JSON responses; now an attribute of `app.json`. | -2.3
JSONIFY_PRETTYPRINT_REGULAR   | bool               | False | Indents JSON responses; now `app.json.compact`. | -2.3
MAX_CONTENT_LENGTH            | int (bytes)        | None  | The longest body of a request: a longer one is answered by 413.
MAX_COOKIE_SIZE               | int (bytes)        | 4093  | A longer cookie gives a warning, for browsers may drop it.
MAX_FORM_MEMORY_SIZE          | int (bytes)        | 500000 | The longest field of a multipart form that is no file: a longer one is answered by 413. | 3.1-
MAX_FORM_PARTS                | int                | 1000  | The largest number of fields in a multipart form: more are answered by 413. | 3.1-
PERMANENT_SESSION_LIFETIME    | timedelta or int (seconds) | timedelta(days=31) | How long a permanent session is good.
PREFERRED_URL_SCHEME          | str                | "http" | The scheme of URLs that are made outside of requests.
PRESERVE_CONTEXT_ON_EXCEPTION | bool               | None  | Kept the request context for the debugger. | -2.2
PROPAGATE_EXCEPTIONS          | bool               | None  | Lets exceptions through to the server instead of answering by 500; unless set, in debug mode and in tests.
PROVIDE_AUTOMATIC_OPTIONS     | bool               | True  | Gives each route an answer to `OPTIONS`. | 3.1-
SECRET_KEY                    | str or bytes       | None  | Signs the session cookie and whatever extensions sign: long, random, and known to nobody else.
SECRET_KEY_FALLBACKS          | list of str or bytes | None | Older keys, which still open what they have signed. | 3.1-
SEND_FILE_MAX_AGE_DEFAULT     | timedelta or int (seconds) | None | How long browsers may keep files without asking again.
SERVER_NAME                   | str                | None  | The host (and port) of the application, for URLs made outside of requests and for matching subdomains.
SESSION_COOKIE_DOMAIN         | str                | None  | The domain the session cookie is sent to; unless set, only the host that set it.
SESSION_COOKIE_HTTPONLY       | bool               | True  | Keeps the session cookie from JavaScript.
SESSION_COOKIE_NAME           | str                | "session" | The name of the session cookie; two applications on one host need two names.
SESSION_COOKIE_PARTITIONED    | bool               | False | Gives a page that embeds the application a session of its own; needs `SESSION_COOKIE_SECURE`. | 3.1-
SESSION_COOKIE_PATH           | str                | None  | The path the session cookie is good for; unless set, that of the application.
SESSION_COOKIE_SAMESITE       | "Lax", "Strict" or "None" | None | Whether browsers send the session cookie along with requests that other sites start.
SESSION_COOKIE_SECURE         | bool               | False | Has browsers send the session cookie over HTTPS only.
SESSION_REFRESH_EACH_REQUEST  | bool               | True  | Sends the cookie of a permanent session with every response, so that it lasts as long as it is used.
TEMPLATES_AUTO_RELOAD         | bool               | None  | Reads templates again that have changed; unless set, in debug mode.
TESTING                       | bool               | False | Test mode: exceptions reach the test, and extensions hold back.
TRAP_BAD_REQUEST_ERRORS       | bool               | None  | Raises the error behind a 400, such as a missing key of a form; unless set, in debug mode.
TRAP_HTTP_EXCEPTIONS          | bool               | False | Raises HTTP exceptions instead of answering by them.
TRUSTED_HOSTS                 | list of str        | None  | The hosts that requests may name: others are answered by 400. | 3.1-
USE_X_SENDFILE                | bool               | False | Leaves sending files to the web server in front.
LOGGER_HANDLER_POLICY         | str                | "always" | When Flask's own log handler was active. | -1.0
LOGGER_NAME                   | str                | None  | The name of Flask's logger. | -1.0
""",
    ),
)
