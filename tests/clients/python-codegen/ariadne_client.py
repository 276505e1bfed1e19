"""A client by ariadne-codegen, whose models are pydantic's: reads pages, writes, fails, subscribes, and
uploads a photo. The server and its token are in the environment."""

import asyncio
import os

import httpx
from generated.desk.base_model import Upload
from generated.desk.client import Client
from generated.desk.enums import StatusEnum
from generated.desk.exceptions import GraphQLClientGraphQLMultiError
from generated.desk.input_types import TaskInput

URL = os.environ["CLIENT_URL"] + "/graphql"
AUTHORIZATION = {"Authorization": "Bearer " + os.environ["CLIENT_TOKEN"]}
ID = "22"

# The library's own HTTP client waits five seconds for a response; a busy machine may need longer.
http = httpx.AsyncClient(headers=AUTHORIZATION, timeout=60)
client = Client(
    url=URL,
    http_client=http,
    ws_url=URL.replace("http", "ws", 1),
    ws_connection_init_payload=AUTHORIZATION,
)


async def pages():
    """Follows the cursors to the end."""
    ids, after = [], None
    while True:
        page = (await client.page(first=7, after=after)).tasks
        assert all(task.status is StatusEnum.ACCEPTED and task.total == 0 for task in page.nodes), page
        ids += [task.id for task in page.nodes]
        if not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor
    assert len(ids) == len(set(ids)) == page.total_count, ids
    return f"{len(ids)} tasks"


async def change(**fields):
    """Changes some fields: what isn't given isn't sent, and is kept."""
    return (await client.change(TaskInput(id=ID, **fields))).update_task.task


async def writes():
    """Changes a task, and reads the change back."""
    before = (await client.task(ID)).task_by_id
    text = 'Changed by ariadne-codegen: "quoted" 😀'
    changed = await change(description=text, expected_version=before.version)
    assert (changed.description, changed.version) == (text, before.version + 1), changed
    after = (await client.task(ID)).task_by_id
    assert (after.description, after.payments) == (text, before.payments), after


async def fails():
    """Fails at a task that doesn't exist, and at an old version."""
    try:
        await client.task("999999")
    except GraphQLClientGraphQLMultiError as failure:
        assert [error.extensions["code"] for error in failure.errors] == ["NOT_FOUND"], failure
        assert failure.data["taskById"] is None and failure.data["me"]["email"], failure.data
    else:
        raise AssertionError("no error")
    try:
        await change(description="late", expected_version=1)
    except GraphQLClientGraphQLMultiError as failure:
        assert [error.extensions["code"] for error in failure.errors] == ["CONFLICT"], failure
    else:
        raise AssertionError("no error")


async def subscribes():
    """Hears of a change; changes go on until one is heard, since a subscription may begin late."""

    async def first():
        async for event in client.watch(ID):
            return event.task_changed.task.description

    heard = asyncio.create_task(first())
    for tries in range(20):
        await change(description=f"Heard by ariadne-codegen {tries}")
        await asyncio.wait([heard], timeout=0.5)
        if heard.done():
            break
    assert (await heard).startswith("Heard by ariadne-codegen")


async def uploads():
    """Uploads by the GraphQL multipart request specification."""
    with open(os.environ["CLIENT_PHOTO"], "rb") as photo:
        files = [Upload(filename="phone.png", content=photo, content_type="image/png")]
        stored = (await client.send_photo(ID, files)).add_attachments.comment.photo
    assert (stored.state.value, stored.width, stored.height) == ("HERE", 32, 24), stored


async def main():
    async with client:
        print(f"ariadne-codegen: reads pages ({await pages()})")
        await writes()
        print("ariadne-codegen: writes")
        await fails()
        print("ariadne-codegen: fails")
        await subscribes()
        print("ariadne-codegen: subscribes")
        await uploads()
        print("ariadne-codegen: uploads a photo")


asyncio.run(main())
