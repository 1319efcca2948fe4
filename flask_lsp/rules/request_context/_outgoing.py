"""What leaves the site: mail, requests to other servers, pictures of URLs."""

from __future__ import annotations

import ast
import re

from flask_lsp.frozen import frozen
from flask_lsp.rules.context import Context


@frozen()
class Outlet:
    """What a call sends out."""

    what: str
    """For a message: ``mail``."""
    at: tuple[int, ...]
    """The positions of the arguments that are read elsewhere; those before are addresses and subjects."""
    keywords: frozenset[str]


def _outlet(what: str, at: tuple[int, ...], *keywords: str) -> Outlet:
    return Outlet(what, at, frozenset(keywords))


_MAIL, _REQUEST, _CODE = "mail", "a request to another server", "a QR code"
_MESSAGE = _outlet(_MAIL, (2, 3), "body", "html", "alts", "text", "html_body", "text_body")
_DATA = _outlet(_REQUEST, (), "json", "data", "content")
_OUTLETS = {
    "flask_mail.Message": _MESSAGE,
    "flask_mail.Mail().send_message": _MESSAGE,
    "flask_mailman.EmailMessage": _outlet(_MAIL, (1,), "body"),
    "flask_mailman.EmailMultiAlternatives": _outlet(_MAIL, (1,), "body"),
    "flask_mailman.send_mail": _outlet(_MAIL, (1,), "message", "html_message"),
    "flask_mailing.Message": _outlet(_MAIL, (), "body", "html", "template_body"),
    "flask_mailing.MessageSchema": _outlet(_MAIL, (), "body", "html", "template_body"),
    "email.mime.text.MIMEText": _outlet(_MAIL, (0,), "_text"),
    "email.message.EmailMessage().set_content": _outlet(_MAIL, (0,)),
    "email.message.EmailMessage().add_alternative": _outlet(_MAIL, (0,)),
    "email.message.EmailMessage().set_payload": _outlet(_MAIL, (0,)),
    "smtplib.SMTP().sendmail": _outlet(_MAIL, (2,), "msg"),
    "smtplib.SMTP_SSL().sendmail": _outlet(_MAIL, (2,), "msg"),
    "sendgrid.helpers.mail.Mail": _outlet(_MAIL, (3, 4), "plain_text_content", "html_content"),
    "sendgrid.helpers.mail.Content": _outlet(_MAIL, (1,), "content"),
    "yagmail.SMTP().send": _outlet(_MAIL, (2,), "contents"),
    **{f"{client}.{method}": _DATA for client in ("requests", "httpx") for method in ("post", "put", "patch")},
    **{f"requests.Session().{method}": _DATA for method in ("post", "put", "patch")},
    **{f"httpx.Client().{method}": _DATA for method in ("post", "put", "patch")},
    "qrcode.make": _outlet(_CODE, (0,), "data"),
    "qrcode.QRCode().add_data": _outlet(_CODE, (0,), "data"),
    "qrcode.main.QRCode().add_data": _outlet(_CODE, (0,), "data"),
    "segno.make": _outlet(_CODE, (0,), "content"),
    "segno.make_qr": _outlet(_CODE, (0,), "content"),
    "pyqrcode.create": _outlet(_CODE, (0,), "content"),
}
_STORES = {
    "flask_mail.Message()": frozenset({"body", "html", "alts"}),
    "flask_mailman.EmailMessage()": frozenset({"body"}),
    "flask_mailman.EmailMultiAlternatives()": frozenset({"body"}),
}
RENDERS = frozenset({"flask.render_template"})
_TEMPLATE = re.compile(r"(?:^|[/_-])e?-?mails?(?=[/_.-])", re.IGNORECASE)
_FOLDER = re.compile(r"(?:^|/)e?-?mails?/", re.IGNORECASE)
_BASES = re.compile(r"base|root|host|domain|site|server", re.IGNORECASE)


def sent(node: ast.Call | ast.Assign, ctx: Context) -> tuple[str, list[ast.expr]] | None:
    """What a call or an assignment sends out, for a message and as expressions."""
    if isinstance(node, ast.Assign):
        return _stored(node, ctx)
    name = ctx.name(node.func)
    outlet = _OUTLETS.get(name or "")
    if outlet is not None:
        given = [arg for at, arg in enumerate(node.args) if at in outlet.at and not _starred(node, at)]
        return outlet.what, given + [each.value for each in node.keywords if each.arg in outlet.keywords]
    if name in RENDERS and node.args and is_of_mail(node, ctx):
        if gets_host(node) or is_made_whole(node, ctx):
            return None
        return f"the mail of `{ctx.string(node.args[0])}`", [each.value for each in node.keywords]
    return None


def gets_host(call: ast.Call) -> bool:
    """The template may put the host before what it gets."""
    return any(each.arg is None or _BASES.search(each.arg) for each in call.keywords)


def is_made_whole(call: ast.Call, ctx: Context) -> bool:
    """What is rendered goes through a call that is told the host: ``transform(html, base_url=...)``."""
    for above in ctx.ancestors(call):
        if isinstance(above, ast.stmt):
            return False
        if isinstance(above, ast.Call) and gets_host(above):
            return True
    return False


def _stored(node: ast.Assign, ctx: Context) -> tuple[str, list[ast.expr]] | None:
    """``message.body = ...``"""
    match node.targets:
        case [ast.Attribute(value=ast.Name() as message, attr=attr)]:
            if attr in _STORES.get(ctx.name(message) or "", ()):
                return _MAIL, [node.value]
        case _:
            pass
    return None


def _starred(call: ast.Call, at: int) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in call.args[: at + 1])


def is_of_mail(call: ast.Call, ctx: Context) -> bool:
    """The template is named as one of mail, and what is made of it is no page."""
    template = ctx.string(call.args[0])
    if template is None or not _TEMPLATE.search(template):
        return False
    into = goes_into(call, ctx)
    if into == "page":
        return False
    return into == "mail" or bool(_FOLDER.search(template))


def goes_into(call: ast.Call, ctx: Context) -> str:
    """``page`` where a view answers with it or nobody can tell, ``mail`` where something of that name gets it."""
    for above in ctx.ancestors(call):
        match above:
            case ast.Call(func=func):
                named = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
                if "mail" in named.lower() or named == "Message":
                    return "mail"
                if named in ("make_response", "Response", "jsonify"):
                    return "page"
            case ast.Return():
                function = ctx.function(above)
                return "page" if function is None or ctx.answers_requests(function) else ""
            case ast.Assign(targets=[target]):
                return _named(target, ctx)
            case ast.stmt():
                return ""
            case _:
                pass
    return ""


def _named(target: ast.expr, ctx: Context) -> str:
    """What a name that it is bound to is used for, as far as that is seen."""
    if isinstance(target, ast.Attribute):
        return "mail" if target.attr in ("body", "html", "text") else ""
    function = ctx.function(target)
    if not isinstance(target, ast.Name) or function is None:
        return ""
    for node in ast.walk(function):
        match node:
            case ast.Return(value=ast.Name(id=name)) | ast.Return(value=ast.Tuple(elts=[ast.Name(id=name), *_])):
                if name == target.id and ctx.answers_requests(function):
                    return "page"
            case ast.Return(value=ast.Call(args=[ast.Name(id=name), *_])) if name == target.id:
                return "page"
            case _:
                pass
    return ""
