"""gql as it comes, over HTTP by aiohttp and over a socket by websockets: reads pages, writes, fails,
subscribes, and uploads a photo. The server and its token are in the environment."""

import asyncio
import os
from urllib.parse import urljoin

import aiohttp
from gql import Client, FileVar, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

URL = os.environ["CLIENT_URL"] + "/graphql"
AUTHORIZATION = {"Authorization": "Bearer " + os.environ["CLIENT_TOKEN"]}

PAGE = """
query Page($first: Int!, $after: String) {
  tasks(first: $first, after: $after) {
    edges { cursor node { id status version } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}
"""
TASK = """
query Task($id: ID!) {
  me { email }
  taskById(id: $id) { id version description }
}
"""
CHANGE = """
mutation Change($task: TaskInput!) {
  updateTask(taskData: $task) { task { id version description } }
}
"""
WATCH = """
subscription Watch($id: ID) {
  taskChanged(id: $id) { kind task { version description } }
}
"""

UPLOAD = """
mutation Upload($id: ID!, $files: [Upload!]!) {
  addAttachments(taskId: $id, files: $files) { comment { photo { state url width height } } }
}
"""


def request(text, **variables):
    """Returns the request that this version of the library takes."""
    made = gql(text)
    made.variable_values = variables
    return made


async def pages(session):
    """Follows the cursors to the end."""
    ids, after = [], None
    while True:
        page = (await session.execute(request(PAGE, first=7, after=after)))["tasks"]
        ids += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(ids) == len(set(ids)) == page["totalCount"], ids
    return f"{len(ids)} tasks"


async def change(session, task, **fields):
    answer = await session.execute(request(CHANGE, task={"id": task, **fields}))
    return answer["updateTask"]["task"]


async def writes(session, task):
    """Changes a task, and reads the change back."""
    before = (await session.execute(request(TASK, id=task)))["taskById"]
    text = 'Changed by gql: "quoted" 😀'
    changed = await change(session, task, description=text, expectedVersion=before["version"])
    assert changed == {"id": task, "version": before["version"] + 1, "description": text}, changed
    assert (await session.execute(request(TASK, id=task)))["taskById"] == changed


async def fails(session, task):
    """Fails at a task that doesn't exist, at an old version, and at an unknown field."""
    attempts = [
        (request(TASK, id="999999"), "NOT_FOUND"),
        (request(CHANGE, task={"id": task, "description": "late", "expectedVersion": 1}), "CONFLICT"),
        (request("{ nope }"), "GRAPHQL_VALIDATION_FAILED"),
    ]
    for attempt, code in attempts:
        try:
            await session.execute(attempt)
        except TransportQueryError as error:
            assert error.errors[0]["extensions"]["code"] == code, error
            if code == "NOT_FOUND":
                assert error.data["taskById"] is None and error.data["me"]["email"], error.data
        else:
            raise AssertionError(f"no error {code}")


async def subscribes(session, writer, task):
    """Hears of a change; changes go on until one is heard, since a subscription may begin late."""

    async def first():
        async for event in session.subscribe(request(WATCH, id=task)):
            return event["taskChanged"]["task"]["description"]

    heard = asyncio.create_task(first())
    for tries in range(20):
        await change(writer, task, description=f"Heard by gql {tries}")
        await asyncio.wait([heard], timeout=0.5)
        if heard.done():
            break
    assert (await heard).startswith("Heard by gql")


async def uploads(session, task):
    """Uploads a photo by the GraphQL multipart request specification, and reads it with the token alone."""
    photo = FileVar(os.environ["CLIENT_PHOTO"], filename="phone.png", content_type="image/png")
    sent = request(UPLOAD, id=task, files=[photo])
    stored = (await session.execute(sent, upload_files=True))["addAttachments"]["comment"]["photo"]
    assert (stored["state"], stored["width"], stored["height"]) == ("HERE", 32, 24), stored
    target = urljoin(URL, stored["url"])
    async with aiohttp.ClientSession() as http:
        async with http.get(target, headers=AUTHORIZATION) as answer:
            assert answer.status == 200 and answer.content_type.startswith("image/"), answer
            size = len(await answer.read())
        async with http.get(target, allow_redirects=False) as answer:
            assert answer.status != 200, answer
    return f"{size} bytes"


async def main():
    http = AIOHTTPTransport(url=URL, headers=AUTHORIZATION)
    live = WebsocketsTransport(url=URL.replace("http", "ws", 1), init_payload=AUTHORIZATION)
    # The schema is fetched by introspection, and every document is validated against it first.
    async with Client(transport=http, fetch_schema_from_transport=True) as session:
        print("gql with aiohttp: read the schema")
    transports = [("aiohttp", AIOHTTPTransport(url=URL, headers=AUTHORIZATION), "19"), ("websockets", live, "20")]
    async with Client(transport=AIOHTTPTransport(url=URL, headers=AUTHORIZATION)) as writer:
        for name, transport, task in transports:
            async with Client(transport=transport) as session:
                print(f"gql with {name}: reads pages ({await pages(session)})")
                await writes(session, task)
                print(f"gql with {name}: writes")
                await fails(session, task)
                print(f"gql with {name}: fails")
                if name == "aiohttp":
                    print(f"gql with {name}: uploads a photo, and reads it ({await uploads(session, task)})")
                if name == "websockets":
                    await subscribes(session, writer, task)
                    print(f"gql with {name}: subscribes")


asyncio.run(main())
