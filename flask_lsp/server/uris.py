"""Between the URIs of the client and the ids of documents.

The id of a file is its decoded absolute path with ``/``; any other document goes by its URI. Clients spell one path in
many ways (``file:///c%3A/x``, ``file:///C:/x``), so ids are compared and the spelling of the client is echoed.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"/?([A-Za-z]):(?=/|$)")


def document_of(uri: str) -> str:
    """The id of the document at ``uri``.

    ``file://server/share/x`` is a UNC path and gives ``//server/share/x``; a drive letter is upper case. What cannot
    be read as a URI is an id as it stands, and so is ``file://``, by which Neovim calls a buffer without a name.
    """
    return _path_of(uri) or uri


def folder_of(uri: str) -> str:
    """The id of the folder at ``uri``: without a slash at its end, but for ``/`` and ``C:/``."""
    folder = _path_of(uri).rstrip("/")
    return folder + "/" if not folder or _DRIVE.fullmatch(folder) else folder


def uri_of(document: str) -> str:
    """A URI for the id of a document that the client has not named itself."""
    if not is_file(document):
        return document
    path = quote(document, safe="/~", errors="surrogateescape")
    if document.startswith("//"):
        return f"file:{path}"
    return f"file://{path}" if document.startswith("/") else f"file:///{path}"


def uri_below(root: str, root_uri: str, document: str) -> str:
    """A URI for a document in the folder ``root``, spelled as the client spelled that of the folder."""
    below = document[len(root.rstrip("/")) :]
    return root_uri.removesuffix("/") + quote(below, safe="/~", errors="surrogateescape")


def is_file(document: str) -> bool:
    """Whether the id is a path, not the URI of another scheme."""
    return document.startswith("/") or _DRIVE.match(document) is not None


def is_below(document: str, folder: str) -> bool:
    """Whether the document lies in the folder or is that folder."""
    folder = folder.rstrip("/")
    return document == folder or document.startswith(folder + "/")


def _drive_upper(path: str) -> str:
    found = _DRIVE.match(path)
    return f"{found[1].upper()}:{path[found.end() :]}" if found else path


def _path_of(uri: str) -> str:
    scheme, _, _ = uri.partition(":")
    if scheme.lower() != "file":
        return uri
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    # A "#" or "?" that the client did not encode can only be part of the name: files have neither query nor fragment.
    rest = uri[len(scheme) + 1 :]
    if rest.startswith("//"):
        rest = rest[2 + len(parts.netloc) :]
    path = unquote(rest, errors="surrogateescape").replace("\\", "/")
    if parts.netloc and parts.netloc.lower() != "localhost":
        return f"//{unquote(parts.netloc)}{path}"
    return _drive_upper(path)
