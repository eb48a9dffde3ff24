"""One mail to one recipient over SMTP, and what is known about it afterwards.

The three ways it can fail are kept apart, because they are answered differently: nothing was handed over and
a later try may work (``NotNow``), the server said no for good (``Never``), or the line broke after the text had
left us and before the server's answer (``InDoubt``): then nobody but the recipient knows.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from types import TracebackType
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT: Final = 10  # seconds for every single step

#: Refuses a line end in any header instead of folding it in, and any defect instead of mending it.
STRICT: Final = policy.SMTP.clone(raise_on_defect=True)
_LEADING_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


class NotNow(Exception):
    """Nothing was handed over; trying again later may help. ``unreachable``: the server itself did not answer."""

    def __init__(self, words: str, *, unreachable: bool = False) -> None:
        super().__init__(words)
        self.unreachable = unreachable


class Never(Exception):
    """The server refused this mail for good."""


class InDoubt(Exception):
    """The text went out and no answer came back."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over. ``encryption``: "" none, "starttls", "tls" from the first byte."""

    host: str
    port: int
    user: str
    password: str
    encryption: str


def server_of(url: str) -> Server:
    """``smtp://user:password@host:port``; ``smtps://`` speaks TLS at once, ``?tls=1`` asks for it first."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("KHOI_SMTP_URL looks like smtp://user:password@mail.company.vn:587?tls=1")
    starttls = parse_qs(parts.query).get("tls", ["0"])[-1] == "1"
    encryption = "tls" if parts.scheme == "smtps" else "starttls" if starttls else ""
    return Server(
        host=parts.hostname,
        port=parts.port or {"tls": 465, "starttls": 587, "": 25}[encryption],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        encryption=encryption,
    )


def write(*, message_id: str, sender: str, to: str, subject: str, text: str, html: str, date: str) -> EmailMessage:
    """The message as it goes out. Raises ValueError for a line end in a header."""
    message = EmailMessage(policy=STRICT)
    message["Message-ID"] = message_id
    message["Date"] = date
    message["From"] = sender
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


class Line:
    """A connection to the server, kept for a round of mails.

    Not thread-safe. Raises ``NotNow(unreachable=True)`` when it cannot be made.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def hand_over(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Returns when the server has taken the message; otherwise raises one of the three."""
        try:
            smtp = self._open()
            _step(smtp.mail(sender))
            _step(smtp.rcpt(to))
            smtp.putcmd("data")
            _step(smtp.getreply(), wanted=354)
        except NotNow:
            self._reset()
            raise
        except Never:
            self._reset()
            raise
        except (OSError, smtplib.SMTPException) as broken:
            self._hang_up()
            raise NotNow(_words(broken), unreachable=True) from broken
        self._give_text(smtp, message)

    def _give_text(self, smtp: smtplib.SMTP, message: EmailMessage) -> None:
        body = _LEADING_DOT.sub(b"..", message.as_bytes())
        try:
            smtp.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as broken:
            self._hang_up()
            raise InDoubt(_words(broken)) from broken
        _step(answer)

    def _open(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = _connect(self._server)
        return self._smtp

    def _reset(self) -> None:
        """Take back what was begun, so that the next mail starts clean; a dead line is dropped."""
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._hang_up()

    def _hang_up(self) -> None:
        if self._smtp is not None:
            smtp, self._smtp = self._smtp, None
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.encryption == "tls":
        smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        if server.encryption == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _step(answer: tuple[int, bytes], wanted: int = 250) -> None:
    code, words = answer
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return
    said = f"{code} {words.decode('utf-8', 'replace')}"[:500]
    raise Never(said) if 500 <= code < 600 else NotNow(said)


def _words(broken: Exception) -> str:
    return f"{type(broken).__name__}: {broken}"[:500]
