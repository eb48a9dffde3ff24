"""Mail servers that keep what they are given, or misbehave at a chosen moment."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller


@dataclass
class Kept:
    """What one server took: (envelope sender, recipients, raw text)."""

    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answer: str = "250 taken"

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return self.answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sink(answer: str = "250 taken") -> Iterator[tuple[str, Kept]]:
    """An SMTP server of its own; gives its address and what it kept."""
    kept = Kept(answer=answer)
    controller = Controller(kept, hostname="127.0.0.1", port=(port := free_port()))
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}", kept
    finally:
        controller.stop()


class _Dying(socketserver.StreamRequestHandler):
    """Speaks SMTP by rote and dies at the chosen moment: before or right after its 250 for the text."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.take_text()
                return
            self.say("250 fine")

    def take_text(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.taken.append(b"".join(lines))  # type: ignore[attr-defined]
        if self.server.dies == "after":  # type: ignore[attr-defined]
            self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def dying(dies: str) -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes a whole mail and then dies, ``before`` or ``after`` it has said 250."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Dying) as server:
        server.dies, server.taken = dies, []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", server.taken  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
