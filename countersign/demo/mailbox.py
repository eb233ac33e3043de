"""A real SMTP server that keeps every mail, and a small page that shows them. For the demo only.

``python -m countersign.demo.mailbox --smtp FD --web FD --store FILE``: both sockets listen already.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from countersign.demo.mail_store import MailStore, parse

# Nothing of a mail runs: no script anywhere, its HTML in a frame without an origin.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'none'"
_FRAME_POLICY = f"{_POLICY}; sandbox allow-popups allow-popups-to-escape-sandbox"
_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b}
header{background:#162e51;color:#fff;padding:.75rem 1.5rem}
header a{color:#fff;text-decoration:none;font-weight:600}main{max-width:60rem;margin:1.5rem auto;padding:0 1.5rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.5rem;border-bottom:1px solid #dfe1e2;
vertical-align:top}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;background:#f7f7f7;padding:1rem}
@media(max-width:40rem){.list,.list tbody,.list tr,.list td{display:block}.list thead{display:none}
.list tr{border-bottom:1px solid #dfe1e2;padding:.5rem 0}.list td{border:0;padding:.125rem 0;overflow-wrap:anywhere}}
iframe{width:100%;height:36rem;border:1px solid #dfe1e2}td.when{white-space:nowrap;color:#565c65}
"""


class Sink:
    """What aiosmtpd calls for each mail."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Keep the mail, and only then say so."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        await asyncio.to_thread(self._store.keep, envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return "250 OK"


def page(title: str, body: str) -> bytes:
    """A whole page around the body."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f'<header><a href="/">Mail the demo has sent</a></header><main>{body}</main></body></html>'
    ).encode()


def with_links(text: str) -> str:
    """Plain text as HTML in which addresses can be followed."""
    parts, end = [], 0
    for match in _LINK.finditer(text):
        address = html.escape(match.group())
        parts.append(html.escape(text[end : match.start()]))
        parts.append(f'<a href="{address}" rel="noreferrer">{address}</a>')
        end = match.end()
    return "".join(parts) + html.escape(text[end:])


def list_page(store: MailStore, addressee: str) -> bytes:
    """The newest mails first."""
    rows = "".join(
        f'<tr><td class="when">{mail.received.astimezone():%d %b %H:%M:%S}</td>'
        f'<td><a href="/?to={quote(mail.addressees)}">{html.escape(mail.addressees)}</a></td>'
        f'<td><a href="/mail/{mail.number}">{html.escape(mail.subject) or "(no subject)"}</a></td></tr>'
        for mail in store.newest(addressee)
    )
    heading = f"Mail to {html.escape(addressee)}" if addressee else "Newest first"
    empty = "<p>Nothing yet. Whatever the demo sends appears here a moment later.</p>"
    table = f'<table class="list"><thead><tr><th>Received<th>To<th>Subject</thead><tbody>{rows}</tbody></table>'
    return page("Mail", f"<h1>{heading}</h1>{table if rows else empty}")


def mail_page(store: MailStore, number: int) -> bytes | None:
    """One mail: its text with links, and its HTML in a closed frame."""
    raw = store.raw(number)
    if raw is None:
        return None
    mail = parse(raw)
    lines = "".join(
        f"<tr><th>{name}<td>{html.escape(str(mail[name]))}" for name in ("From", "To", "Date", "Subject") if mail[name]
    )
    body = f"<h1>{html.escape(str(mail['subject'] or '(no subject)'))}</h1><table>{lines}</table>"
    text = mail.get_body(("plain",))
    if text is not None:
        body += f"<h2>Text</h2><pre>{with_links(text.get_content())}</pre>"
    if mail.get_body(("html",)) is not None:
        body += f'<h2>HTML</h2><iframe title="The mail as HTML" src="/mail/{number}/html"></iframe>'
    return page(str(mail["subject"]), f'{body}<p><a href="/mail/{number}/raw">As it was sent</a></p>')


def html_part(store: MailStore, number: int) -> bytes | None:
    """A mail's HTML with links that open outside of the frame."""
    raw = store.raw(number)
    part = parse(raw).get_body(("html",)) if raw is not None else None
    return b'<base target="_blank">' + part.get_content().encode() if part is not None else None


class Pages(BaseHTTPRequestHandler):
    """The mailbox's few pages."""

    store: ClassVar[MailStore]

    def do_GET(self) -> None:
        """Answer one request."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in ("127.0.0.1", "localhost"):
            # Another site's name that was pointed at this machine must not read the mail.
            self._answer(421, b"unknown host", "text/plain")
            return
        address = urlsplit(self.path)
        match = re.fullmatch(r"/mail/(\d{1,15})(/html|/raw)?", address.path)
        if address.path == "/":
            addressee = parse_qs(address.query).get("to", [""])[0]
            self._answer(200, list_page(self.store, addressee), refresh=True)
        elif match is None:
            self._answer(404, page("Not found", "<h1>There is no such page</h1>"))
        elif match.group(2) == "/raw":
            self._answer(200, self.store.raw(int(match.group(1))), "text/plain; charset=utf-8")
        elif match.group(2) == "/html":
            self._answer(200, html_part(self.store, int(match.group(1))), policy=_FRAME_POLICY)
        else:
            self._answer(200, mail_page(self.store, int(match.group(1))))

    def _answer(
        self,
        status: int,
        body: bytes | None,
        kind: str = "text/html; charset=utf-8",
        policy: str = _POLICY,
        refresh: bool = False,
    ) -> None:
        if body is None:
            status, body = 404, page("Not found", "<h1>There is no such mail</h1>")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if refresh:
            self.send_header("Refresh", "5")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        """Say nothing: addresses of mails are nobody's business."""


def serve_pages(listener: socket.socket, store: MailStore) -> ThreadingHTTPServer:
    """Serve the pages on a listening socket from threads of their own."""
    server = ThreadingHTTPServer(listener.getsockname(), type("BoundPages", (Pages,), {"store": store}), False)
    server.socket.close()
    server.socket = listener
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


async def take_mail(listener: socket.socket, store: MailStore) -> asyncio.Server:
    """Take mail on a listening socket."""
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(Sink(store), hostname="localhost", enable_SMTPUTF8=True), sock=listener
    )


async def _run(smtp: socket.socket, web: socket.socket, store: MailStore) -> None:
    serve_pages(web, store)
    server = await take_mail(smtp, store)
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp", type=int, required=True, metavar="FD")
    parser.add_argument("--web", type=int, required=True, metavar="FD")
    parser.add_argument("--store", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(
        _run(socket.socket(fileno=arguments.smtp), socket.socket(fileno=arguments.web), MailStore(arguments.store))
    )


if __name__ == "__main__":
    main()
