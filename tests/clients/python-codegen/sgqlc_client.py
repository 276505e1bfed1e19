"""sgqlc, whose operations are Python and whose types come from introspection: reads pages, writes and
fails. Its subscriptions speak a protocol of 2016 that no current server has. The server and its token
are in the environment."""

import os

from generated import zayavka as desk
from sgqlc.endpoint.http import HTTPEndpoint
from sgqlc.operation import GraphQLErrors, Operation

URL = os.environ["CLIENT_URL"] + "/graphql"
AUTHORIZATION = {"Authorization": "Bearer " + os.environ["CLIENT_TOKEN"]}
ID = "23"

endpoint = HTTPEndpoint(URL, AUTHORIZATION, timeout=60)


def run(operation):
    """Sends an operation, and returns its result as objects; an error in it is raised."""
    return operation + endpoint(operation)


def pages():
    """Follows the cursors to the end."""
    ids, after = [], None
    while True:
        operation = Operation(desk.Query, name="Page")
        tasks = operation.tasks(first=7, after=after)
        tasks.nodes.__fields__("id", "status", "total")
        tasks.page_info.__fields__("has_next_page", "end_cursor")
        tasks.total_count()
        page = run(operation).tasks
        assert all((task.status, task.total) == ("ACCEPTED", 0) for task in page.nodes), page
        ids += [task.id for task in page.nodes]
        if not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor
    assert len(ids) == len(set(ids)) == page.total_count, ids
    return f"{len(ids)} tasks"


def read():
    operation = Operation(desk.Query, name="Task")
    operation.task_by_id(id=ID).__fields__("id", "version", "description")
    return run(operation).task_by_id


def change(**fields):
    """Changes some fields: what isn't given isn't sent, and is kept."""
    operation = Operation(desk.Mutation, name="Change")
    update = operation.update_task(task_data=desk.TaskInput(id=ID, **fields))
    update.task.__fields__("id", "version", "description")
    return run(operation).update_task.task


def writes():
    """Changes a task, and reads the change back."""
    before = read()
    text = 'Changed by sgqlc: "quoted" 😀'
    changed = change(description=text, expected_version=before.version)
    assert (changed.description, changed.version) == (text, before.version + 1), changed
    assert read().description == text


def fails():
    """Fails at a task that doesn't exist, at an old version, and at a field that there isn't."""
    operation = Operation(desk.Query, name="Missing")
    operation.me.email()
    operation.task_by_id(id="999999").id()
    answer = endpoint(operation)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"], answer
    assert answer["data"]["taskById"] is None and answer["data"]["me"]["email"], answer
    try:
        change(description="late", expected_version=1)
    except GraphQLErrors as failure:
        assert [error["extensions"]["code"] for error in failure.errors] == ["CONFLICT"], failure
    else:
        raise AssertionError("no error")
    try:
        operation.nope()
    except AttributeError:
        pass
    else:
        raise AssertionError("no error")


print(f"sgqlc: reads pages ({pages()})")
writes()
print("sgqlc: writes")
fails()
print("sgqlc: fails")
