"""The keys of the extensions that most applications use."""

from __future__ import annotations

EXTENSION_KEYS = (
    (
        "Flask-SQLAlchemy",
        """
SQLALCHEMY_BINDS                | dict            | {}    | More databases, by the names that models call them with `__bind_key__`.
SQLALCHEMY_DATABASE_URI         | str             |       | The address of the database; without one there has to be a bind.
SQLALCHEMY_ECHO                 | bool            | False | Logs every statement.
SQLALCHEMY_ENGINE_OPTIONS       | dict            | {}    | Arguments for `create_engine`: the pool, timeouts, the isolation level.
SQLALCHEMY_RECORD_QUERIES       | bool            | False | Keeps the statements of each request, for `get_recorded_queries`.
SQLALCHEMY_TRACK_MODIFICATIONS  | bool            | False | Sends signals about changed models; costs memory, and few need it.
SQLALCHEMY_COMMIT_ON_TEARDOWN   | bool            | False | Committed at the end of each request. | -3.0
SQLALCHEMY_MAX_OVERFLOW         | int             | None  | Connections beyond the pool; now in `SQLALCHEMY_ENGINE_OPTIONS`. | -3.0
SQLALCHEMY_NATIVE_UNICODE       | bool            | None  | Switched off the driver's own Unicode support. | -3.0
SQLALCHEMY_POOL_RECYCLE         | int (seconds)   | None  | The age at which connections are renewed; now in `SQLALCHEMY_ENGINE_OPTIONS`. | -3.0
SQLALCHEMY_POOL_SIZE            | int             | None  | The size of the pool; now in `SQLALCHEMY_ENGINE_OPTIONS`. | -3.0
SQLALCHEMY_POOL_TIMEOUT         | int (seconds)   | None  | How long to wait for a connection; now in `SQLALCHEMY_ENGINE_OPTIONS`. | -3.0
""",
    ),
    (
        "Flask-Login",
        """
LOGIN_DISABLED                  | bool            | False | Lets everybody through `login_required`: for tests.
REMEMBER_COOKIE_DOMAIN          | str             | None  | The domain the "remember me" cookie is sent to.
REMEMBER_COOKIE_DURATION        | timedelta or int (seconds) | timedelta(days=365) | How long somebody is remembered.
REMEMBER_COOKIE_HTTPONLY        | bool            | True  | Keeps the "remember me" cookie from JavaScript.
REMEMBER_COOKIE_NAME            | str             | "remember_token" | The name of the "remember me" cookie.
REMEMBER_COOKIE_PATH            | str             | "/"   | The path the "remember me" cookie is good for.
REMEMBER_COOKIE_REFRESH_EACH_REQUEST | bool       | False | Sends the "remember me" cookie with every response, so that it lasts as long as it is used.
REMEMBER_COOKIE_SAMESITE        | "Lax", "Strict" or "None" | None | Whether browsers send the "remember me" cookie along with requests that other sites start.
REMEMBER_COOKIE_SECURE          | bool            | False | Has browsers send the "remember me" cookie, which logs in by itself, over HTTPS only.
SESSION_PROTECTION              | "basic", "strict" or None | "basic" | What happens to a session that comes from another address or browser.
USE_SESSION_FOR_NEXT            | bool            | False | Keeps where to go after the login in the session instead of the URL.
""",
    ),
    (
        "Flask-WTF",
        """
RECAPTCHA_API_SERVER            | str             | None  | Where the script of reCAPTCHA comes from.
RECAPTCHA_DATA_ATTRS            | dict            | None  | More `data-` attributes of the widget.
RECAPTCHA_DIV_CLASS             | str             | "g-recaptcha" | The CSS class of the widget.
RECAPTCHA_HTML                  | str             | None  | The HTML of the widget.
RECAPTCHA_PARAMETERS            | dict            | None  | Arguments of the script.
RECAPTCHA_PRIVATE_KEY           | str             |       | The key that proves to reCAPTCHA who asks: a secret.
RECAPTCHA_PUBLIC_KEY            | str             |       | The key of the site for reCAPTCHA.
RECAPTCHA_SCRIPT                | str             | None  | The address of the script.
RECAPTCHA_VERIFY_SERVER         | str             | None  | The address that verifies answers.
WTF_CSRF_CHECK_DEFAULT          | bool            | True  | Protects every view, as `CSRFProtect` does.
WTF_CSRF_ENABLED                | bool            | True  | Protects forms against requests that other sites start.
WTF_CSRF_FIELD_NAME             | str             | "csrf_token" | The name of the field, and of the key in the session.
WTF_CSRF_HEADERS                | list of str     | ["X-CSRFToken", "X-CSRF-Token"] | The headers in which JavaScript may send the token.
WTF_CSRF_METHODS                | set of str      | {"POST", "PUT", "PATCH", "DELETE"} | The methods that are protected.
WTF_CSRF_SECRET_KEY             | str or bytes    | None  | Signs the CSRF tokens; unless set, `SECRET_KEY` does.
WTF_CSRF_SSL_STRICT             | bool            | True  | Over HTTPS, has the referrer be of the same site.
WTF_CSRF_TIME_LIMIT             | int (seconds)   | 3600  | How long a token is good; None: as long as the session.
WTF_I18N_ENABLED                | bool            | True  | Translates the messages of forms by Flask-Babel.
""",
    ),
    (
        "Flask-Session",
        """
SESSION_CACHELIB                | object          | None  | The cachelib object that holds the sessions. | 0.6-
SESSION_CLEANUP_N_REQUESTS      | int             | None  | After how many requests old sessions are removed. | 0.6-
SESSION_FILE_DIR                | str             | "flask_session" | The folder of sessions in files.
SESSION_FILE_MODE               | int             | 384   | The mode of these files.
SESSION_FILE_THRESHOLD          | int             | 500   | How many files there are before old ones go.
SESSION_ID_LENGTH               | int             | 32    | The number of random bytes in the identifier. | 0.6-
SESSION_KEY_PREFIX              | str             | "session:" | What stands before the identifier in the store.
SESSION_MEMCACHED               | object          | None  | The client of memcached.
SESSION_MONGODB                 | object          | None  | The client of MongoDB.
SESSION_MONGODB_COLLECT         | str             | "sessions" | The collection.
SESSION_MONGODB_DB              | str             | "flask_session" | The database in MongoDB.
SESSION_PERMANENT               | bool            | True  | Sessions last beyond the browser's closing.
SESSION_REDIS                   | object          | None  | The client of Redis.
SESSION_SERIALIZATION_FORMAT    | str             | "msgpack" | How sessions are written. | 0.7-
SESSION_SQLALCHEMY              | object          | None  | The Flask-SQLAlchemy object.
SESSION_SQLALCHEMY_TABLE        | str             | "sessions" | The table of the sessions.
SESSION_TYPE                    | str             | None  | Where sessions are kept: "redis", "filesystem", "sqlalchemy" and others.
SESSION_USE_SIGNER              | bool            | False | Signs the identifier in the cookie.
""",
    ),
    (
        "Flask-Mail",
        """
MAIL_ASCII_ATTACHMENTS          | bool            | False | Turns the names of attachments into ASCII.
MAIL_DEBUG                      | bool or int     | app.debug | Prints the talk with the server.
MAIL_DEFAULT_SENDER             | str or tuple    | None  | From whom mail comes that names no sender.
MAIL_MAX_EMAILS                 | int             | None  | Mails in one connection.
MAIL_PASSWORD                   | str             | None  | The password for the server: a secret.
MAIL_PORT                       | int             | 25    | The port of the server.
MAIL_SERVER                     | str             | "127.0.0.1" | The server that takes the mail.
MAIL_SUPPRESS_SEND              | bool            | app.testing | Sends nothing.
MAIL_USERNAME                   | str             | None  | The name to log in by.
MAIL_USE_SSL                    | bool            | False | Speaks TLS from the start, usually on port 465.
MAIL_USE_TLS                    | bool            | False | Changes to TLS after the greeting, usually on port 587.
""",
    ),
    (
        "Flask-Mailman",
        """
MAIL_BACKEND                    | str             | "smtp" | What sends the mail: "smtp", "console", "file", "locmem", "dummy".
MAIL_FILE_PATH                  | str             | None  | The folder of the file backend.
MAIL_SSL_CERTFILE               | str             | None  | The client's certificate.
MAIL_SSL_KEYFILE                | str             | None  | The key of that certificate.
MAIL_TIMEOUT                    | int (seconds)   | None  | How long to wait for the server.
MAIL_USE_LOCALTIME              | bool            | False | Writes local time into the date of mails.
""",
    ),
    (
        "Flask-Caching",
        """
CACHE_ARGS                      | list            | []    | Positional arguments for the cache class.
CACHE_DEFAULT_TIMEOUT           | int (seconds)   | 300   | How long values are kept unless a call says otherwise.
CACHE_DIR                       | str             | None  | The folder of a file cache.
CACHE_IGNORE_ERRORS             | bool            | False | Goes on when deleting fails.
CACHE_KEY_PREFIX                | str             | "flask_cache_" | What stands before every key.
CACHE_MEMCACHED_PASSWORD        | str             | None  | The password for memcached: a secret.
CACHE_MEMCACHED_SERVERS         | list of str     | None  | The servers of memcached.
CACHE_MEMCACHED_USERNAME        | str             | None  | The name for memcached.
CACHE_NO_NULL_WARNING           | bool            | False | Does not warn of the type "NullCache".
CACHE_OPTIONS                   | dict            | None  | Keyword arguments for the cache class.
CACHE_REDIS_CLUSTER             | str             | None  | The nodes of a Redis cluster.
CACHE_REDIS_DB                  | int             | 0     | The number of the database in Redis.
CACHE_REDIS_HOST                | str             | "localhost" | The host of Redis.
CACHE_REDIS_PASSWORD            | str             | None  | The password for Redis: a secret.
CACHE_REDIS_PORT                | int             | 6379  | The port of Redis.
CACHE_REDIS_SENTINELS           | list            | None  | The sentinels of Redis.
CACHE_REDIS_SENTINEL_MASTER     | str             | None  | The name of the master behind the sentinels.
CACHE_REDIS_URL                 | str             | None  | The address of Redis, instead of host, port and database.
CACHE_SOURCE_CHECK              | bool            | False | Lets the code of a function be part of its key.
CACHE_THRESHOLD                 | int             | 500   | How many values a simple or file cache holds.
CACHE_TYPE                      | str             | "NullCache" | The kind of cache: "SimpleCache", "RedisCache", "FileSystemCache" and others.
""",
    ),
    (
        "Flask-JWT-Extended",
        """
JWT_ACCESS_COOKIE_NAME          | str             | "access_token_cookie" | The cookie of the access token.
JWT_ACCESS_COOKIE_PATH          | str             | "/"   | The path of that cookie.
JWT_ACCESS_CSRF_COOKIE_NAME     | str             | "csrf_access_token" | The cookie of its CSRF token.
JWT_ACCESS_CSRF_COOKIE_PATH     | str             | "/"   | The path of the CSRF cookie.
JWT_ACCESS_CSRF_FIELD_NAME      | str             | "csrf_token" | The form field of the CSRF token.
JWT_ACCESS_CSRF_HEADER_NAME     | str             | "X-CSRF-TOKEN" | The header of the CSRF token.
JWT_ACCESS_TOKEN_EXPIRES        | timedelta, int (seconds) or False | timedelta(minutes=15) | How long access tokens are good.
JWT_ALGORITHM                   | str             | "HS256" | How tokens are signed.
JWT_BLACKLIST_ENABLED           | bool            | False | Now on wherever there is a loader. | -4.0
JWT_BLACKLIST_TOKEN_CHECKS      | tuple of str    | ("access", "refresh") | Now an argument of `jwt_required`. | -4.0
JWT_COOKIE_CSRF_PROTECT         | bool            | True  | Protects tokens in cookies against requests that other sites start.
JWT_COOKIE_DOMAIN               | str             | None  | The domain the cookies are sent to.
JWT_COOKIE_SAMESITE             | str             | None  | Whether browsers send the cookies along with requests that other sites start.
JWT_COOKIE_SECURE               | bool            | False | Has browsers send the cookies over HTTPS only.
JWT_CSRF_CHECK_FORM             | bool            | False | Looks for the CSRF token in forms too.
JWT_CSRF_IN_COOKIES             | bool            | True  | Sends the CSRF tokens in cookies.
JWT_CSRF_METHODS                | list of str     | ["POST", "PUT", "PATCH", "DELETE"] | The methods that are protected.
JWT_DECODE_ALGORITHMS           | list of str     | None  | The algorithms that are accepted.
JWT_DECODE_AUDIENCE             | str or list of str | None | The audience that tokens have to name.
JWT_DECODE_ISSUER               | str             | None  | The issuer that tokens have to name.
JWT_DECODE_LEEWAY               | timedelta or int (seconds) | 0 | How far clocks may differ.
JWT_ENCODE_AUDIENCE             | str or list of str | None | The audience that tokens name.
JWT_ENCODE_ISSUER               | str             | None  | The issuer that tokens name.
JWT_ENCODE_NBF                  | bool            | True  | Says in tokens when they begin to be good. | 4.4-
JWT_ERROR_MESSAGE_KEY           | str             | "msg" | The key of the message in errors.
JWT_HEADER_NAME                 | str             | "Authorization" | The header of the token.
JWT_HEADER_TYPE                 | str             | "Bearer" | What stands before the token in the header.
JWT_IDENTITY_CLAIM              | str             | "sub" | The claim that holds the identity.
JWT_JSON_KEY                    | str             | "access_token" | The key of the access token in JSON bodies.
JWT_PRIVATE_KEY                 | str             | None  | The private key of an asymmetric algorithm: a secret.
JWT_PUBLIC_KEY                  | str             | None  | The public key of an asymmetric algorithm.
JWT_QUERY_STRING_NAME           | str             | "jwt" | The query parameter of the token.
JWT_QUERY_STRING_VALUE_PREFIX   | str             | ""    | What stands before the token in the query. | 4.0-
JWT_REFRESH_COOKIE_NAME         | str             | "refresh_token_cookie" | The cookie of the refresh token.
JWT_REFRESH_COOKIE_PATH         | str             | "/"   | The path of that cookie.
JWT_REFRESH_CSRF_COOKIE_NAME    | str             | "csrf_refresh_token" | The cookie of its CSRF token.
JWT_REFRESH_CSRF_COOKIE_PATH    | str             | "/"   | The path of the CSRF cookie.
JWT_REFRESH_CSRF_FIELD_NAME     | str             | "csrf_token" | The form field of the CSRF token.
JWT_REFRESH_CSRF_HEADER_NAME    | str             | "X-CSRF-TOKEN" | The header of the CSRF token.
JWT_REFRESH_JSON_KEY            | str             | "refresh_token" | The key of the refresh token in JSON bodies.
JWT_REFRESH_TOKEN_EXPIRES       | timedelta, int (seconds) or False | timedelta(days=30) | How long refresh tokens are good.
JWT_SECRET_KEY                  | str or bytes    | None  | Signs the tokens; unless set, `SECRET_KEY` does.
JWT_SESSION_COOKIE              | bool            | True  | The cookies end with the browser's session.
JWT_TOKEN_LOCATION              | str or list of str | "headers" | Where tokens are looked for: "headers", "cookies", "query_string", "json".
""",
    ),
)
