"""Receives webhooks of the running server with standardwebhooks of PyPI: verifies genuine ones, and refuses
others. The server and its token are in the environment."""

import base64
import json
import os
import queue
import threading
import urllib.request
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from standardwebhooks import Webhook, WebhookVerificationError

URL = os.environ["CLIENT_URL"] + "/graphql"
AUTHORIZATION = "Bearer " + os.environ["CLIENT_TOKEN"]

deliveries = queue.Queue()
secrets = {}


class Receiver(BaseHTTPRequestHandler):
    """Answers genuine deliveries with 204, and refuses others."""

    def do_POST(self):
        # The signature is of these bytes: parse them only after it was verified.
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = Webhook(secrets["now"]).verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(401)
        else:
            # The same event may come twice; its id is the same then.
            deliveries.put((event, body, dict(self.headers)))
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def ask(query, **variables):
    """Sends one operation, and returns the data of its root field."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"Authorization": AUTHORIZATION, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL, body, headers)) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    (data,) = answer["data"].values()
    return data


def comment(text):
    query = "mutation($text: String!) { addComment(taskId: 1, text: $text) { comment { id } } }"
    return ask(query, text=text)["comment"]["id"]


def refused(webhook, body, headers):
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return str(error)
    raise AssertionError("it was accepted")


receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{receiver.server_port}/zayavka"
query = """
mutation Register($url: String!) {
  createWebhook(webhookData: {url: $url, events: [COMMENT_ADDED]}) { webhook { id } secret }
}
"""
made = ask(query, url=address)
secrets["now"] = made["secret"]
print("standardwebhooks (PyPI): is registered")

written = comment("Genuine: “quoted” 😀")
event, body, headers = deliveries.get(timeout=60)
assert (event["type"], event["id"]) == ("comment.added", headers["webhook-id"]), event
assert event["data"]["comment"]["id"] == written, event
assert b"Genuine" not in body
print("standardwebhooks (PyPI): receives an event, and verifies it")

webhook = Webhook(made["secret"])
assert "signature" in refused(webhook, body.replace(b"comment.added", b"comment.edited"), headers)
assert "signature" in refused(Webhook("whsec_" + base64.b64encode(bytes(32)).decode()), body, headers)
# The same delivery six minutes later: somebody has recorded it.
with mock.patch("standardwebhooks.webhooks.datetime", wraps=datetime) as clock:
    clock.now.side_effect = lambda tz: datetime.now(tz) + timedelta(minutes=6)
    assert "too old" in refused(webhook, body, headers)
assert webhook.verify(body, headers) == event
print("standardwebhooks (PyPI): refuses a changed body, another secret and an old timestamp")

secrets["now"] = ask("mutation($id: ID!) { rotateWebhookSecret(id: $id) { secret } }", id=made["webhook"]["id"])["secret"]
comment("With two signatures")
_, body, headers = deliveries.get(timeout=60)
webhook.verify(body, headers)
print("standardwebhooks (PyPI): verifies by the new secret and by the former one")

ask("mutation($id: ID!) { deleteWebhook(id: $id) { id } }", id=made["webhook"]["id"])
receiver.shutdown()
