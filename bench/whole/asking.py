"""A client that asks a server over and over and keeps how long each answer took."""

import http.client
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds; ``per_s`` answers a second of all clients together."""

    median: float
    p95: float
    per_s: float
    errors: int

    def told(self) -> dict[str, float]:
        return {name: round(value, 1) for name, value in asdict(self).items()}


class Client:
    """One connection that stays open, as a browser's or a program's does."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.headers, self.connection = headers, http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes]:
        self.connection.request(method, path, body, {**self.headers, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def send(self, method: str, path: str, body: Any) -> int:
        return self.ask(method, path, json.dumps(body), **{"Content-Type": "application/json"})[0]

    def json(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {answer[:300]!r}")
        return json.loads(answer)


def measure(work: Callable[[Client, int], int], *, times: int, clients: list[Client]) -> Took:
    """``work`` asks once and gives the status; each client does it ``times`` times, all of them at once."""

    def several(number: int) -> list[tuple[float, bool]]:
        found = []
        for turn in range(times):
            began = time.perf_counter()
            status = work(clients[number], number * times + turn)
            found.append((time.perf_counter() - began, status < 400))
        return found

    began = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        found = [one for part in pool.map(several, range(len(clients))) for one in part]
    seconds = time.perf_counter() - began
    took = sorted(one * 1_000 for one, _ in found)
    errors = sum(not fine for _, fine in found)
    return Took(statistics.median(took), took[int(len(took) * 0.95)], len(found) / seconds, errors)
