"""One run on one database, from the empty workspace to the last figure."""

import csv
import random
import re
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from bench.matching import person
from bench.whole.asking import Client, measure
from tests.installation import Installation, Server

#: Each page is asked for so often; each writing client writes so often.
PAGES: Final = 60
WRITES: Final = 60
HEADINGS: Final = {"name": "Họ tên", "email": "Email", "phone": "Điện thoại", "company": "Công ty", "region": "Khu vực"}
SOURCES: Final = ("Hội chợ", "Website", "Giới thiệu", "Quảng cáo")

Say = Callable[[str], None]


def run(engine: Any, *, rows: int, say: Say) -> dict[str, Any]:
    """Figure → what was measured and its floor."""
    workspace: Installation = engine.workspace
    made = workspace.answer("init", "--name", "Nước Mát")
    engine.remember()
    say(f"Writing a file of {rows:,} leads")
    file = list_of_leads(engine.folder / "leads.csv", rows)
    say("Importing it")
    found = {"import": imported(workspace, file, rows)}
    say("Writing the same rows with nothing around them")
    floor = engine.floor()
    found["import"] |= {
        "floor_rows_per_s": round(rows / floor.seconds),
        "of_floor": round(found["import"]["rows_per_s"] * floor.seconds / rows, 2),
        "written_per_row": round(floor.rows / rows, 1),
    }
    say("Serving")
    began = time.perf_counter()
    with workspace.serving() as server:
        found["cold_start"] = {"seconds": round(time.perf_counter() - began, 2), "memory_mib": memory(server)}
        found |= served(server, made)
    return found


def list_of_leads(path: Path, rows: int) -> Path:
    luck = random.Random(11)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADINGS.values(), "Nguồn"])
        for number in range(rows):
            one = person(luck, number)
            writer.writerow([*(one[name] for name in HEADINGS), luck.choice(SOURCES)])
    return path


def imported(workspace: Installation, file: Path, rows: int) -> dict[str, Any]:
    began = time.perf_counter()
    answer = workspace.answer("import", str(file), patience=7_200)
    seconds = time.perf_counter() - began
    if answer["rows"] != rows or answer["rejected"]:
        raise RuntimeError(f"not every row was taken in: {answer}")
    return {"seconds": round(seconds, 1), "rows_per_s": round(rows / seconds)}


def memory(server: Server) -> int:
    """MiB the serving process holds before anybody asked it anything but whether it serves."""
    status = Path(f"/proc/{server.process.pid}/status")
    held = re.search(r"VmRSS:\s+(\d+)", status.read_text()) if status.exists() else None
    return round(int(held.group(1)) / 1024) if held else 0


def served(server: Server, made: dict[str, Any]) -> dict[str, Any]:
    def program() -> Client:
        return Client(server.port, {"Authorization": f"Bearer {made['token']}"})

    api, staff = program(), logged_in(server, made["user"])
    known = api.json("/api/leads?limit=60")["items"]
    lead = known[0]["id"]
    reads = {
        "list": "/leads/?view=all",
        "search": "/search/?q=nguyen+van+hoa",
        "search_phone": "/search/?q=0900012",
        "record": f"/leads/{lead}/",
        "matching": "/add/known/?full_name=Nguy%E1%BB%85n+Hoa&phone=0900000123",
        "funnel": "/api/reports/funnel",
    }
    found: dict[str, Any] = {"floor": timed(staff, "/healthz")}
    for name, path in reads.items():
        found[name] = timed(api if path.startswith("/api/") else staff, path)
    found["staff_create"] = measure(add, times=WRITES, clients=[staff]).told()
    for clients in 1, 4:
        several = [program() for _ in range(clients)]
        found[f"api_create_{clients}"] = measure(creating(clients), times=WRITES, clients=several).told()
    ids = iter([one["id"] for one in known])
    found["convert"] = measure(converting(ids), times=len(known), clients=[api]).told()
    return found


def timed(client: Client, path: str) -> dict[str, float]:
    status, _ = client.ask("GET", path)
    if status != 200:
        raise RuntimeError(f"{path}: {status}")
    return measure(lambda one, _: one.ask("GET", path)[0], times=PAGES, clients=[client]).told()


def creating(clients: int) -> Callable[[Client, int], int]:
    def create(client: Client, number: int) -> int:
        body = {"full_name": f"Trần Thị Mới {number}", "emails": [f"m{clients}-{number}@example.com"]}
        return client.send("POST", "/api/leads", body)

    return create


def converting(ids: Iterator[str]) -> Callable[[Client, int], int]:
    def convert(client: Client, number: int) -> int:
        return client.send("POST", f"/api/leads/{next(ids)}/convert", {"amount": 1_000_000})

    return convert


def add(client: Any, number: int) -> int:
    return int(client.form("/add/", {"full_name": f"Lê Văn Thêm {number}", "phone": f"0977{number:06d}"}))


def logged_in(server: Server, user: dict[str, str]) -> "Person":
    staff = Person(server.port)
    staff.form("/log-in/", {"email": user["email"], "password": user["password"]})
    return staff


class Person(Client):
    """Somebody at a browser: keeps cookies and fills in forms."""

    def __init__(self, port: int) -> None:
        super().__init__(port, {})
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes]:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, {**headers, **({"Cookie": kept} if kept else {})})
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read()

    def form(self, path: str, fields: dict[str, str]) -> int:
        """Ask for the page, fill its form in and send it; the status of what came back."""
        _, page = self.ask("GET", path)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.decode()))
        sent = urllib.parse.urlencode({**hidden, **fields})
        return self.ask("POST", path, sent, **{"Content-Type": "application/x-www-form-urlencoded"})[0]
