#!/usr/bin/env python3
"""Measures memory and latency while many clients read big responses slowly.

    benches/slow_readers.py PROGRAM [TASKS] [SECONDS]

Needs Linux, Python 3 and nothing else. PROGRAM fills a database of TASKS tasks (100,000) in a temporary folder and
serves it. First one colleague reads single tasks alone; then for SECONDS (75) beside

  - 50 clients that ask for the whole list by HTTP/1 and read 1 KB of it a second,
  - 20 streams on one HTTP/2 connection that ask for it and never open their window,
  - 20 clients that ask for it and read as fast as they can, again and again,

and last beside 8 clients that read the archive at 1 KB a second while somebody writes. Prints one line for each.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

PORT = 18767
QUERY = "{ allTasks { id createdAt createdTime category status description stage { name } customer { id phone name } employee { id email } } }"


def ask(token, query, variables=None):
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/graphql", body, headers)
    return json.load(urllib.request.urlopen(request, timeout=120))


def whole_list(token):
    body = json.dumps({"query": QUERY}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def archive(token):
    return f"GET /data/archive.json HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: zayavka={token}\r\n\r\n".encode()


async def trickle(request, seconds, outcomes):
    """Reads 1 KB a second, and starts again when it is cut or refused."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(raw, ("127.0.0.1", PORT))
            await loop.sock_sendall(raw, request)
            first = True
            while time.monotonic() < until:
                part = await asyncio.wait_for(loop.sock_recv(raw, 1024), max(1, until - time.monotonic()))
                if not part:
                    outcomes.append("cut")
                    break
                if first:
                    outcomes.append(part[9:12].decode())
                    first = False
                await asyncio.sleep(1)
        except asyncio.TimeoutError:
            pass
        except OSError:
            outcomes.append("cut")
        finally:
            raw.close()
        await asyncio.sleep(1)


def slow(count, request, seconds, queue):
    async def run():
        outcomes = []
        await asyncio.gather(*(trickle(request, seconds, outcomes) for _ in range(count)))
        queue.put(("slow", tally(outcomes)))

    asyncio.run(run())


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A header field without indexing and without Huffman coding (RFC 7541, section 6.2.2)."""
    out = b"\x00"
    for text in (name.encode(), value.encode()):
        if len(text) < 127:
            out += bytes([len(text)]) + text
        else:
            rest, out = len(text) - 127, out + b"\x7f"
            while rest >= 128:
                out += bytes([rest % 128 + 128])
                rest //= 128
            out += bytes([rest]) + text
    return out


def windowless(count, token, seconds, queue):
    """Streams whose windows are 0 from the start (RFC 9113, section 6.9.2), so not a byte may be sent."""
    body = json.dumps({"query": QUERY}).encode()
    fields = [
        (":method", "POST"), (":scheme", "http"), (":authority", "127.0.0.1"), (":path", "/graphql"),
        ("authorization", f"Bearer {token}"), ("content-type", "application/json"), ("content-length", str(len(body))),
    ]
    block = b"".join(literal(name, value) for name, value in fields)
    outcomes, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        raw = socket.create_connection(("127.0.0.1", PORT))
        raw.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, struct.pack(">HI", 4, 0)))
        for index in range(count):
            stream = 2 * index + 1
            raw.sendall(frame(1, 4, stream, block) + frame(0, 1, stream, body))
        pending = b""
        raw.settimeout(1)
        try:
            while time.monotonic() < until:
                try:
                    part = raw.recv(65536)
                except socket.timeout:
                    continue
                if not part:
                    outcomes.append("cut")
                    break
                pending += part
                while len(pending) >= 9 and len(pending) >= 9 + int.from_bytes(pending[:3], "big"):
                    size, kind, flags = int.from_bytes(pending[:3], "big"), pending[3], pending[4]
                    payload, pending = pending[9:9 + size], pending[9 + size:]
                    if kind == 4 and not flags & 1:
                        raw.sendall(frame(4, 1, 0, b""))
                    if kind == 6 and not flags & 1:
                        raw.sendall(frame(6, 1, 0, payload))
        except OSError:
            outcomes.append("cut")
        raw.close()
        time.sleep(1)
    queue.put(("windowless", tally(outcomes)))


def quick(token, seconds, queue):
    request, until, outcomes = whole_list(token), time.monotonic() + seconds, []
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", PORT), timeout=60) as raw:
                raw.sendall(request.replace(b"\r\nhost", b"\r\nconnection: close\r\nhost", 1))
                first, size = None, 0
                while part := raw.recv(1 << 20):
                    first, size = first or part[9:12].decode(), size + len(part)
                outcomes.append(first)
                if first != "200":
                    time.sleep(1)
        except OSError as error:
            outcomes.append(type(error).__name__)
    queue.put(("quick", tally(outcomes)))


def colleague(token, seconds, queue):
    import http.client

    connection, times = http.client.HTTPConnection("127.0.0.1", PORT), []
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        number = number % 1000 + 1
        body = json.dumps({"query": "query($id: ID!) { taskById(id: $id) { id status description } }", "variables": {"id": number}})
        start = time.perf_counter()
        connection.request("POST", "/graphql", body, headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - start)
        assert answer.status == 200, answer.status
        time.sleep(0.005)
    times.sort()
    queue.put(("colleague", (len(times), times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3, times[-1] * 1e3)))


def writer(token, seconds, queue):
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        text = f"change {count} " + "x" * 3000
        ask(token, "mutation($d: String!) { updateTask(taskData: {id: 1, description: $d}) { task { id } } }", {"d": text})
        count += 1
    queue.put(("writer", count))


def tally(outcomes):
    return " ".join(f"{name}×{outcomes.count(name)}" for name in sorted(set(outcomes))) or "nothing"


def resident(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def together(name, server, folder, attackers, seconds):
    queue = multiprocessing.Queue()
    all = [multiprocessing.Process(target=target, args=(*args, queue)) for target, *args in attackers]
    for one in all:
        one.start()
    peak, log, said, until = 0, 0, [], time.monotonic() + seconds + 60
    while len(said) < len(all) and time.monotonic() < until:
        peak = max(peak, resident(server))
        wal = os.path.join(folder, "zayavka.db-wal")
        log = max(log, os.path.getsize(wal) / 1e6 if os.path.exists(wal) else 0)
        while not queue.empty():
            said.append(queue.get())
        time.sleep(0.1)
    for one in all:
        one.kill()
    counted = {}
    for who, what in said:
        counted.setdefault(who, []).append(what)
    print(f"{name}: memory at most {peak:.0f} MiB, write-ahead log at most {log:.1f} MB")
    for who, what in counted.items():
        if who == "colleague":
            for count, half, p99, worst in what:
                print(f"  taskById {count} times: p50 {half:.2f} ms, p99 {p99:.2f} ms, worst {worst:.2f} ms")
        elif who == "quick":
            print(f"  {who}: {tally([one for text in what for one in expand(text)])}")
        else:
            print(f"  {who}: {'; '.join(map(str, what))}")
    sys.stdout.flush()


def expand(text):
    for part in text.split():
        if "×" in part:
            name, count = part.split("×")
            yield from [name] * int(count)


def main():
    program = os.path.abspath(sys.argv[1])
    tasks = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    seconds = int(sys.argv[3]) if len(sys.argv) > 3 else 75
    only = sys.argv[4:] or ["slow", "windowless", "quick", "all", "archive"]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        env = {**os.environ, "ZAYAVKA_TELEGRAM__MODE": "off", "ZAYAVKA_LISTEN": f"127.0.0.1:{PORT}"}
        said = subprocess.run([program, "demo", "--tasks", str(tasks)], cwd=folder, env=env, capture_output=True, check=True)
        password = said.stdout.split()[-1].decode()
        for case in only:
            with open(os.path.join(folder, "log"), "w") as log:
                server = subprocess.Popen([program], cwd=folder, env=env, stdout=log, stderr=log)
            try:
                for _ in range(600):
                    try:
                        socket.create_connection(("127.0.0.1", PORT)).close()
                        break
                    except OSError:
                        time.sleep(0.05)
                login = "mutation($p: String!) { login(email: \"owner@example.com\", password: $p) { token } }"
                token = ask(None, login, {"p": password})["data"]["login"]["token"]
                staff = (colleague, token)
                cases = {
                    "slow": [(slow, 50, whole_list(token), seconds)],
                    "windowless": [(windowless, 20, token, seconds)],
                    "quick": [(quick, token, seconds)] * 20,
                    "archive": [(slow, 8, archive(token), seconds), (writer, token, seconds)],
                }
                cases["all"] = cases["slow"] + cases["windowless"] + cases["quick"]
                together("idle", server, folder, [(*staff, 10)], 10)
                together(case, server, folder, cases[case] + [(*staff, seconds)], seconds)
            finally:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
