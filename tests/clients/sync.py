"""Keeps tasks and customers of Zayavka equal in an SQLite file: ZAYAVKA_TOKEN=… python3 sync.py URL FILE [SECONDS]"""
import json, os, sqlite3, sys, time, urllib.request

QUERY = """query ($after: String) { changes(first: 100, after: $after) {
  pageInfo { hasNextPage }
  edges { cursor node {
    kind id deleted
    task { status description total paid customer { id } lines { name sum } payments { kind sum } comments { text } }
    customer { name phone company }
  } }
} }"""
TABLES = """
CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY, status, description, total, paid, customer, lines, payments, comments);
CREATE TABLE IF NOT EXISTS customers (id INTEGER PRIMARY KEY, name, phone, company);
CREATE TABLE IF NOT EXISTS place (cursor);
"""


class StartAnew(Exception):
    """The cursor is from another database, or from after the backup that this one was restored from."""


def ask(url, after):
    """Returns the changes after a cursor; the first ones without one."""
    body = json.dumps({"query": QUERY, "variables": {"after": after}}).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["ZAYAVKA_TOKEN"]}
    with urllib.request.urlopen(urllib.request.Request(url + "/graphql", body, headers), timeout=30) as response:
        answer = json.load(response)
    for error in answer.get("errors", []):
        raise StartAnew if error["extensions"].get("field") == "after" else RuntimeError(error["message"])
    return answer["data"]["changes"]


def take(copy, change):
    """Writes the object as it is now, or deletes it. A change that comes twice does no harm."""
    task, customer = change["task"], change["customer"]
    copy.execute("DELETE FROM " + {"TASK": "tasks", "CUSTOMER": "customers"}[change["kind"]] + " WHERE id = ?", [change["id"]])
    if customer:
        copy.execute("INSERT INTO customers VALUES (?, ?, ?, ?)",
                     [change["id"], customer["name"], customer["phone"], customer["company"]])
    if task:
        whose = task["customer"] and task["customer"]["id"]
        parts = [json.dumps(task[part]) for part in ("lines", "payments", "comments")]
        copy.execute("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     [change["id"], task["status"], task["description"], task["total"], task["paid"], whose, *parts])


def read_page(copy, url):
    """Takes one page and its cursor in one transaction, so that a kill between the two loses nothing. Returns if there is more."""
    place = copy.execute("SELECT cursor FROM place").fetchone()
    page = ask(url, place and place[0])
    with copy:
        for edge in page["edges"]:
            take(copy, edge["node"])
        if page["edges"]:
            copy.execute("DELETE FROM place")
            copy.execute("INSERT INTO place VALUES (?)", [page["edges"][-1]["cursor"]])
    return page["pageInfo"]["hasNextPage"]


def main(url, file, seconds="5"):
    copy = sqlite3.connect(file)
    copy.executescript(TABLES)
    while True:
        try:
            while read_page(copy, url):
                pass
        except StartAnew:
            with copy:
                for table in ("tasks", "customers", "place"):
                    copy.execute("DELETE FROM " + table)
            continue
        except OSError as error:  # No connection, no answer in time, or too many requests.
            print(error, file=sys.stderr)
        time.sleep(float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
