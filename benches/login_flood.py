#!/usr/bin/env python3
"""Measures who gets in while strangers flood the login with wrong passwords.

    benches/login_flood.py URL EMAIL PASSWORD

Start a server first, on a database of its own, with `trusted_proxies = ["127.0.0.1"]` in `[http]`, since the floods and
the honest logins say by X-Forwarded-For from where they come. The account with that e-mail and password must be there.
One line for each flood says how many of eight logins went well, from a known device and from new addresses, and how
long the slowest took:

    a: known 8/8, slowest 0.2 s; new 8/8, slowest 1.6 s; 26 tries a second compared, 0 refused

The floods, each for as long as the sixteen logins take:

    a  40 clients, each with one try at a time, over 20,000 IPv4 addresses in as many /24
    b  30 tries a second over the 256 /64 of one IPv6 /56
    c  60 tries a second over the same

Every second try is for EMAIL, or as many as --share says; the others are for accounts that don't exist.
"""

import argparse
import asyncio
import itertools
import json
import random
import time
import urllib.parse

WARM_UP = 5
LOGINS = 8
# A browser waits longer; a person hardly.
PATIENCE = 20


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Connection:
    """One HTTP/1.1 connection, opened again whenever it was closed."""

    def __init__(self, url):
        self.host, self.port = url.hostname, url.port or 80
        self.stream = None

    async def ask(self, path, headers, body):
        if self.stream is None:
            self.stream = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.stream
        lines = [f"POST {path} HTTP/1.1", f"host: {self.host}:{self.port}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        writer.write("\r\n".join([*lines, "", body]).encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            found = [line.split(": ", 1) for line in head[1:] if line]
            length = next((int(value) for name, value in found if name.lower() == "content-length"), 0)
            return Answer(int(head[0].split(" ")[1]), found, await reader.readexactly(length))
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            raise

    def close(self):
        if self.stream is not None:
            self.stream[1].close()
            self.stream = None


class Flood:
    """Wrong passwords; counts those that were compared, and those that were told to come back."""

    def __init__(self, url, email, share):
        self.url, self.email, self.share = url, email, share
        self.compared = self.refused = self.broken = 0
        self.number = itertools.count()

    async def attempt(self, connection, address):
        owner = random.random() < self.share
        email = self.email if owner else f"nobody{next(self.number)}@example.com"
        query = "mutation($e: String!) { login(email: $e, password: \"wrong-wrong\") { success } }"
        body = json.dumps({"query": query, "variables": {"e": email}})
        headers = [("content-type", "application/json"), ("x-forwarded-for", address)]
        try:
            answer = await connection.ask("/graphql", headers, body)
        except (OSError, asyncio.IncompleteReadError):
            self.broken += 1
            return
        if b"RATE_LIMITED" in answer.body or answer.status == 429:
            self.refused += 1
        elif b'"success":false' in answer.body:
            self.compared += 1
        else:
            raise SystemExit(f"unexpected: {answer.status} {answer.body[:300]!r}")

    async def client(self, addresses):
        connection = Connection(self.url)
        while True:
            await self.attempt(connection, random.choice(addresses))

    async def once(self, connections, address):
        connection = connections.pop() if connections else Connection(self.url)
        await self.attempt(connection, address)
        connections.append(connection)

    async def clients(self, count, addresses):
        await asyncio.gather(*(self.client(addresses) for _ in range(count)))

    async def rate(self, per_second, addresses):
        connections = []
        start = time.monotonic()
        async with asyncio.TaskGroup() as running:
            for number in itertools.count(1):
                running.create_task(self.once(connections, random.choice(addresses)))
                await asyncio.sleep(max(0, start + number / per_second - time.monotonic()))


class Browser:
    """Signs in by the form, and keeps what makes its device known."""

    def __init__(self, url, email, password):
        self.url, self.email, self.password = url, email, password
        self.device = {}

    async def log_in(self, address):
        origin = f"{self.url.scheme}://{self.url.netloc}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.device.items())
        headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin),
            ("x-forwarded-for", address),
            ("cookie", cookies),
        ]
        form = urllib.parse.urlencode({"email": self.email, "password": self.password})
        connection = Connection(self.url)
        start = time.monotonic()
        try:
            answer = await asyncio.wait_for(connection.ask("/login", headers, form), PATIENCE)
            for name, value in answer.headers:
                pair = value.split(";")[0].partition("=")
                if name.lower() == "set-cookie" and "-device-" in pair[0]:
                    self.device[pair[0]] = pair[2]
            done = answer.status == 303
        except TimeoutError:
            done = False
        finally:
            connection.close()
        return done, time.monotonic() - start


async def measure(name, arguments, start):
    url = urllib.parse.urlsplit(arguments.url)
    known = Browser(url, arguments.email, arguments.password)
    done, _ = await known.log_in("192.0.2.1")
    if not done:
        raise SystemExit("the account can't sign in, or its limits are used up")
    flood = Flood(url, arguments.email, arguments.share)
    began = time.monotonic()
    task = asyncio.create_task(start(flood))
    await asyncio.sleep(WARM_UP)
    results = {"known": [], "new": []}
    for number in range(LOGINS):
        # The device is where the flood comes from; the new ones are elsewhere, each in a block of its own.
        at = "2001:db8:7::1" if name != "a" else "11.0.0.7"
        results["known"].append(await known.log_in(at))
        new = Browser(url, arguments.email, arguments.password)
        results["new"].append(await new.log_in(f"172.{random.randrange(16, 32)}.{random.randrange(256)}.{number}"))
        if task.done():
            task.result()
    took = time.monotonic() - began
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    said = []
    for who, logins in results.items():
        times = [took for done, took in logins if done]
        slowest = f", slowest {max(times):.1f} s" if times else ""
        said.append(f"{who} {len(times)}/{LOGINS}{slowest}")
    rates = f"{flood.compared / took:.0f} tries a second compared, {flood.refused / took:.0f} refused"
    print(f"{name}: {'; '.join(said)}; {rates}", flush=True)


async def main(arguments):
    spread = [f"{11 + n // 65536}.{n // 256 % 256}.{n % 256}.7" for n in range(20_000)]
    subnets = [f"2001:db8:7:{n:x}::1" for n in range(256)]
    floods = {
        "a": lambda flood: flood.clients(40, spread),
        "b": lambda flood: flood.rate(30, subnets),
        "c": lambda flood: flood.rate(60, subnets),
    }
    for name in arguments.floods:
        await measure(name, arguments, floods[name])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("--share", type=float, default=0.5, help="how many of the tries are for EMAIL")
    parser.add_argument("--floods", default="abc")
    asyncio.run(main(parser.parse_args()))
