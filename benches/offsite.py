#!/usr/bin/env python3
"""Measures a copy on another machine: its time and memory, and how long requests take meanwhile.

    benches/offsite.py PROGRAM [TASKS] [PHOTOS] [KIB_A_SECOND]

Needs Linux, the release build, and WsgiDAV (pip install wsgidav cheroot), which runs on this machine and takes its share
of the processor. A demo shop of so many tasks (100,000) gets so many photos (500) of 600 KB. One client reads a task and
one makes tasks, each ten times a second: first by a server without copies, then by one that makes its first copy, for as
long as that takes. The speed is the program's default unless it is given; "" is as fast as the machine.
"""

import json
import os
import random
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])
TASKS = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
PHOTOS = int(sys.argv[3]) if len(sys.argv) > 3 else 500
SPEED = sys.argv[4] if len(sys.argv) > 4 else None
PHOTO = 600_000
PACE = 0.1
QUIET = 20
URL, PORT_OF_PLACE = "http://127.0.0.1:18890", 18891
OFFSITE = f"""[offsite]
address = "webdav://127.0.0.1:{PORT_OF_PLACE}/copies"
recovery_key = "%s"
"""


def run(folder, *arguments):
    made = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return made.stdout + made.stderr


def add_photos(database):
    noise = random.Random(1)
    with sqlite3.connect(database) as file:
        for task in range(1, PHOTOS + 1):
            comment = file.execute(
                "INSERT INTO comments (task_id, kind, employee_id, text, at) VALUES (?, 'INTERNAL', 1, '', 1)", [task]
            ).lastrowid
            file.execute(
                "INSERT INTO photos (comment_id, state, remote_file, created_at, try_at, size, mime, image)"
                " VALUES (?, 'HERE', '', 1, 1, ?, 'image/jpeg', ?)",
                [comment, PHOTO, noise.randbytes(PHOTO)],
            )


def ask(query, token=None):
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/graphql", body, headers)) as answer:
        answered = json.load(answer)
    assert "errors" not in answered, answered
    return answered["data"]


class Server:
    def __init__(self, folder, settings):
        with open(f"{folder}/config.toml", "w") as file:
            file.write('listen = "127.0.0.1:18890"\n[telegram]\nmode = "off"\n' + settings)
        self.log = open(f"{folder}/log", "w")
        self.process = subprocess.Popen([PROGRAM], cwd=folder, stderr=self.log)
        while True:
            try:
                urllib.request.urlopen(f"{URL}/readyz")
                return
            except OSError:
                assert self.process.poll() is None, "the server has ended"

    def peak(self):
        """Returns the most memory that the server has had, in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            found = re.search(r"VmHWM:\s+(\d+)", status.read())
        return int(found[1]) // 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def measure(token, until):
    """Asks at a steady pace until that is so, and returns the times of reading and of writing."""
    times = {"read": [], "write": []}
    ended = threading.Event()

    def client(name, query):
        while not ended.is_set():
            began = time.monotonic()
            ask(query, token)
            times[name].append(time.monotonic() - began)
            ended.wait(max(0, PACE - (time.monotonic() - began)))

    read = "{ taskById(id: 7) { id description status customer { name } comments { id } } }"
    write = 'mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }'
    clients = [threading.Thread(target=client, args=one) for one in (("read", read), ("write", write))]
    for one in clients:
        one.start()
    until()
    ended.set()
    for one in clients:
        one.join()
    return times


def show(name, times):
    for what, of in times.items():
        of = sorted(of)
        print(
            f"{name}, {what}: {len(of)} requests, median {statistics.median(of) * 1000:.1f} ms,"
            f" 99 % {of[int(len(of) * 0.99)] * 1000:.1f} ms, longest {of[-1] * 1000:.1f} ms"
        )


def main():
    os.makedirs("target", exist_ok=True)
    with tempfile.TemporaryDirectory(dir="target") as folder, tempfile.TemporaryDirectory(dir="target") as place:
        said = run(folder, "demo", "--tasks", str(TASKS))
        password = re.search(r"with (\S+)", said)[1]
        database = f"{folder}/zayavka.db"
        add_photos(database)
        key = re.search(r"age1[a-z0-9]+", run(folder, "recovery-key") + str(settings_of(database)))[0]
        dav = ["wsgidav", "--host=127.0.0.1", f"--port={PORT_OF_PLACE}", f"--root={place}", "--auth=anonymous", "-q"]
        dav = subprocess.Popen(dav)
        try:
            compare(folder, database, key, password)
        finally:
            dav.kill()


def settings_of(database):
    with sqlite3.connect(database) as file:
        return file.execute("SELECT value FROM settings WHERE key = 'offsite.recovery_key'").fetchall()


def attempts(database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as file:
        return file.execute("SELECT ended_at - began_at, bytes, fault FROM offsite_attempts").fetchall()


def compare(folder, database, key, password):
    login = f'mutation {{ login(email: "owner@example.com", password: "{password}") {{ token }} }}'
    server = Server(folder, "")
    token = ask(login)["login"]["token"]
    before = measure(token, lambda: time.sleep(QUIET))
    peak = server.peak()
    server.stop()

    def copied():
        while not attempts(database):
            time.sleep(0.2)

    limit = "" if SPEED is None else f'bandwidth = "{SPEED}"\n'
    server = Server(folder, OFFSITE % key + limit)
    token = ask(login)["login"]["token"]
    meanwhile = measure(token, copied)
    [(milliseconds, size, fault)] = attempts(database)
    assert fault is None, fault
    print(f"{TASKS} tasks, {PHOTOS} photos: {os.path.getsize(database) >> 20} MiB; a copy of {size >> 20} MiB in {milliseconds / 1000:.1f} s")
    print(f"most memory: {peak} MiB without a copy, {server.peak()} MiB with one")
    server.stop()
    show("without", before)
    show("meanwhile", meanwhile)
    for what in before:
        ratio = statistics.median(meanwhile[what]) / statistics.median(before[what])
        print(f"{what}: {ratio:.2f} times")


main()
