"""The keys of more extensions."""

from __future__ import annotations

MORE_KEYS = (
    (
        "Flask-Limiter",
        """
RATELIMIT_APPLICATION           | str             | None  | Limits for the application as a whole.
RATELIMIT_DEFAULT               | str             | None  | The limits of each route that has none of its own.
RATELIMIT_DEFAULTS_PER_METHOD   | bool            | False | Counts each method by itself.
RATELIMIT_ENABLED               | bool            | True  | Limits are kept.
RATELIMIT_FAIL_ON_FIRST_BREACH  | bool            | True  | Stops at the first limit that is passed.
RATELIMIT_HEADERS_ENABLED       | bool            | False | Tells clients their limits in headers.
RATELIMIT_HEADER_LIMIT          | str             | "X-RateLimit-Limit" | The header of the limit.
RATELIMIT_HEADER_REMAINING      | str             | "X-RateLimit-Remaining" | The header of what is left.
RATELIMIT_HEADER_RESET          | str             | "X-RateLimit-Reset" | The header of when it begins anew.
RATELIMIT_HEADER_RETRY_AFTER    | str             | "Retry-After" | The header of how long to wait.
RATELIMIT_IN_MEMORY_FALLBACK    | str             | None  | The limits while the storage is away.
RATELIMIT_IN_MEMORY_FALLBACK_ENABLED | bool       | False | Counts in memory while the storage is away.
RATELIMIT_KEY_PREFIX            | str             | ""    | What stands before every key in the storage.
RATELIMIT_STORAGE_OPTIONS       | dict            | {}    | Arguments for the storage.
RATELIMIT_STORAGE_URI           | str             | "memory://" | Where hits are counted; in memory each worker counts by itself.
RATELIMIT_STORAGE_URL           | str             | None  | Now `RATELIMIT_STORAGE_URI`. | -2.0
RATELIMIT_STRATEGY              | str             | "fixed-window" | How hits are counted.
RATELIMIT_SWALLOW_ERRORS        | bool            | False | Lets requests through when the storage fails.
""",
    ),
    (
        "Flask-CORS",
        """
CORS_ALLOW_HEADERS              | str or list of str | "*" | The headers that other sites may send.
CORS_ALWAYS_SEND                | bool            | True  | Sends the headers though the request names no origin.
CORS_AUTOMATIC_OPTIONS          | bool            | True  | Answers preflight requests.
CORS_EXPOSE_HEADERS             | str or list of str | None | The headers that scripts of other sites may read.
CORS_INTERCEPT_EXCEPTIONS       | bool            | True  | Gives error responses the headers too.
CORS_MAX_AGE                    | timedelta, int or str | None | How long browsers keep the answer to a preflight request.
CORS_METHODS                    | str or list of str | all | The methods that other sites may use.
CORS_ORIGINS                    | str or list of str | "*" | The sites that may read responses.
CORS_RESOURCES                  | dict, list or str | "/*" | The URLs that this is about.
CORS_SEND_WILDCARD              | bool            | False | Sends `*` instead of the origin.
CORS_SUPPORTS_CREDENTIALS       | bool            | False | Lets other sites send cookies along.
CORS_VARY_HEADER                | bool            | True  | Tells caches that responses depend on the origin.
""",
    ),
    (
        "Flask-Babel",
        """
BABEL_DEFAULT_DOMAIN            | str             | "messages" | The domain of the translations.
BABEL_DEFAULT_LOCALE            | str             | "en"  | The language where no selector knows better.
BABEL_DEFAULT_TIMEZONE          | str             | "UTC" | The time zone where no selector knows better.
BABEL_DOMAIN                    | str             | "messages" | The domain of the translations, in new versions.
BABEL_TRANSLATION_DIRECTORIES   | str             | "translations" | The folders of the translations, between semicolons.
""",
    ),
    (
        "Flask-Admin",
        """
FLASK_ADMIN_FLUID_LAYOUT        | bool            | False | Uses the whole width.
FLASK_ADMIN_SWATCH              | str             | "default" | The Bootswatch theme.
FLASK_ADMIN_RAISE_ON_INTEGRITY_ERROR | bool       | False | Raises errors of the database instead of showing them.
FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION  | bool       | False | Raises errors of views instead of showing them.
ADMIN_RAISE_ON_INTEGRITY_ERROR  | bool            | False | Raises errors of the database instead of showing them. | 2.0-
ADMIN_RAISE_ON_VIEW_EXCEPTION   | bool            | False | Raises errors of views instead of showing them. | 2.0-
MAPBOX_ACCESS_TOKEN             | str             | None  | The token for maps of Mapbox.
MAPBOX_MAP_ID                   | str             | None  | The map of Mapbox.
""",
    ),
    (
        "Flask-Security",
        """
SECURITY_ANONYMOUS_USER_DISABLED | bool           | False | Refuses anonymous users.
SECURITY_API_ENABLED_METHODS    | list of str     | ["session", "token"] | How requests may say who they are.
SECURITY_BLUEPRINT_NAME         | str             | "security" | The name of its blueprint.
SECURITY_CHANGEABLE             | bool            | False | Users may change their password.
SECURITY_CHANGE_URL             | str             | "/change" | Where.
SECURITY_CONFIRMABLE            | bool            | False | New users have to confirm their address.
SECURITY_CONFIRM_EMAIL_WITHIN   | str             | "5 days" | How long they have for that.
SECURITY_CONFIRM_URL            | str             | "/confirm" | Where they do.
SECURITY_CSRF_COOKIE_NAME       | str             | None  | The cookie of the CSRF token, for scripts.
SECURITY_CSRF_PROTECT_MECHANISMS | list of str    | None  | Which ways of saying who one is are protected.
SECURITY_DATETIME_FACTORY       | callable        | naive_utcnow | What makes times.
SECURITY_DEFAULT_REMEMBER_ME    | bool            | False | The box "remember me" is ticked.
SECURITY_EMAIL_SENDER           | str             | "no-reply@localhost" | From whom its mail comes.
SECURITY_EMAIL_SUBJECT_REGISTER | str             | "Welcome" | The subject of the mail to new users.
SECURITY_EMAIL_VALIDATOR_ARGS   | dict            | None  | Arguments for the check of addresses.
SECURITY_FLASH_MESSAGES         | bool            | True  | Flashes what happened.
SECURITY_HASHING_SCHEMES        | list of str     | ["sha256_crypt", "hex_md5"] | How tokens are hashed.
SECURITY_I18N_DOMAIN            | str             | "flask_security" | The domain of its translations.
SECURITY_JOIN_USER_ROLES        | bool            | True  | Loads roles along with users.
SECURITY_LOGIN_URL              | str             | "/login" | The URL of the login.
SECURITY_LOGIN_USER_TEMPLATE    | str             | "security/login_user.html" | Its template.
SECURITY_LOGIN_WITHIN           | str             | "1 days" | How long a link to log in is good.
SECURITY_LOGOUT_URL             | str             | "/logout" | The URL of the logout.
SECURITY_PASSWORDLESS           | bool            | False | Logs in by links in mails.
SECURITY_PASSWORD_HASH          | str             | "argon2" | How passwords are hashed.
SECURITY_PASSWORD_LENGTH_MIN    | int             | 8     | The shortest password.
SECURITY_PASSWORD_SALT          | str             | None  | Is mixed into every password before hashing: a secret that must never change.
SECURITY_PASSWORD_SINGLE_HASH   | bool or list    | None  | The schemes that hash without the salt.
SECURITY_POST_CHANGE_VIEW       | str             | None  | Where to go after a change of the password.
SECURITY_POST_CONFIRM_VIEW      | str             | None  | Where to go after the confirmation.
SECURITY_POST_LOGIN_VIEW        | str             | "/"   | Where to go after the login.
SECURITY_POST_LOGOUT_VIEW       | str             | "/"   | Where to go after the logout.
SECURITY_POST_REGISTER_VIEW     | str             | None  | Where to go after the registration.
SECURITY_POST_RESET_VIEW        | str             | None  | Where to go after a reset.
SECURITY_RECOVERABLE            | bool            | False | Users may reset a forgotten password.
SECURITY_REDIRECT_BEHAVIOR      | str             | None  | "spa" for an application in the browser.
SECURITY_REDIRECT_HOST          | str             | None  | The host of that application.
SECURITY_REGISTERABLE           | bool            | False | Anybody may register.
SECURITY_REGISTER_URL           | str             | "/register" | Where.
SECURITY_REGISTER_USER_TEMPLATE | str             | "security/register_user.html" | Its template.
SECURITY_REMEMBER_SALT          | str             | "remember-salt" | The salt of "remember me" tokens.
SECURITY_RESET_PASSWORD_WITHIN  | str             | "5 days" | How long a link to reset is good.
SECURITY_RESET_SALT             | str             | "reset-salt" | The salt of reset tokens.
SECURITY_RESET_URL              | str             | "/reset" | The URL of the reset.
SECURITY_SEND_REGISTER_EMAIL    | bool            | True  | Sends mail to new users.
SECURITY_TOKEN_AUTHENTICATION_HEADER | str        | "Authentication-Token" | The header of the token.
SECURITY_TOKEN_AUTHENTICATION_KEY | str           | "auth_token" | The query parameter of the token.
SECURITY_TOKEN_MAX_AGE          | int (seconds)   | None  | How long tokens are good.
SECURITY_TOTP_ISSUER            | str             |       | The name that authenticators show.
SECURITY_TOTP_SECRETS           | dict            |       | Encrypt the second factors: a secret.
SECURITY_TRACKABLE              | bool            | False | Keeps when and from where users logged in.
SECURITY_TWO_FACTOR             | bool            | False | Offers a second factor.
SECURITY_TWO_FACTOR_REQUIRED    | bool            | False | Asks everybody for one.
SECURITY_UNAUTHORIZED_VIEW      | str or callable | None  | Where to go without permission.
SECURITY_URL_PREFIX             | str             | None  | The prefix of all its URLs.
SECURITY_USERNAME_ENABLE        | bool            | False | Lets users log in by a name.
SECURITY_USER_IDENTITY_ATTRIBUTES | list          | [{"email": ...}] | By what users log in.
SECURITY_WAN_ALLOW_AS_FIRST_FACTOR | bool         | True  | Lets a passkey be enough.
""",
    ),
    (
        "Flask-DebugToolbar",
        """
DEBUG_TB_ENABLED                | bool            | app.debug | Shows the toolbar.
DEBUG_TB_HOSTS                  | list of str     | ()    | The hosts for which it is shown.
DEBUG_TB_INTERCEPT_REDIRECTS    | bool            | True  | Stops at redirects.
DEBUG_TB_PANELS                 | list of str     | all   | The panels, by the names of their classes.
DEBUG_TB_PROFILER_ENABLED       | bool            | False | Profiles every request.
DEBUG_TB_TEMPLATE_EDITOR_ENABLED | bool           | False | Lets templates be edited in the browser.
""",
    ),
    (
        "Flask-Bcrypt",
        """
BCRYPT_HANDLE_LONG_PASSWORDS    | bool            | False | Hashes long passwords before, as bcrypt reads 72 bytes only.
BCRYPT_HASH_PREFIX              | str             | "2b"  | The version of the hash.
BCRYPT_LOG_ROUNDS               | int             | 12    | How much work a hash is.
""",
    ),
    (
        "Flask-Bootstrap",
        """
BOOTSTRAP_BOOTSWATCH_THEME      | str             | None  | The Bootswatch theme.
BOOTSTRAP_BTN_SIZE              | str             | "md"  | The size of buttons.
BOOTSTRAP_BTN_STYLE             | str             | "primary" | The style of buttons.
BOOTSTRAP_SERVE_LOCAL           | bool            | False | Serves its files from here instead of a CDN.
BOOTSTRAP_USE_MINIFIED          | bool            | True  | Uses the small files.
""",
    ),
    (
        "Flask-APScheduler",
        """
SCHEDULER_API_ENABLED           | bool            | False | Offers jobs over HTTP.
SCHEDULER_EXECUTORS             | dict            | {}    | The executors.
SCHEDULER_JOBSTORES             | dict            | {}    | Where jobs are kept.
SCHEDULER_JOB_DEFAULTS          | dict            | {}    | What jobs have in common.
SCHEDULER_TIMEZONE              | str             | None  | The time zone of jobs.
""",
    ),
    (
        "Flask-PyMongo",
        """
MONGO_URI                       | str             |       | The address of the database.
""",
    ),
    (
        "flask-mongoengine",
        """
MONGODB_SETTINGS                | dict or list    |       | Where the database is.
""",
    ),
    (
        "flask-smorest",
        """
API_SPEC_OPTIONS                | dict            | {}    | More of the OpenAPI document.
API_TITLE                       | str             |       | The title in the OpenAPI document.
API_VERSION                     | str             |       | The version in the OpenAPI document.
OPENAPI_JSON_PATH               | str             | "openapi.json" | The name of the document.
OPENAPI_REDOC_PATH              | str             | None  | The path of ReDoc.
OPENAPI_SWAGGER_UI_PATH         | str             | None  | The path of Swagger UI.
OPENAPI_SWAGGER_UI_URL          | str             | None  | Where Swagger UI comes from.
OPENAPI_URL_PREFIX              | str             | None  | The prefix of all these; without one there are none.
OPENAPI_VERSION                 | str             |       | The version of OpenAPI.
""",
    ),
    (
        "Flask-Assets",
        """
ASSETS_AUTO_BUILD               | bool            | True  | Builds bundles when they are asked for.
ASSETS_DEBUG                    | bool            | app.debug | Serves the sources one by one.
""",
    ),
)
