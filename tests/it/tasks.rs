use crate::harness::{Shop, code};

const CREATE: &str = r#"mutation { createTask(taskData: {
    customerPhone: "+7(900)-000-00-01", description: "не включается", category: REPAIR
}) { task { id createdAt status category description version
            customer { phone phoneE164 tasks { id } } employee { email } } } }"#;

#[tokio::test]
async fn a_task_is_created_found_changed_and_deleted() {
    let shop = Shop::with_owner().await;
    let created = shop.ask(CREATE).await;
    let task = &created["data"]["createTask"]["task"];
    assert_eq!(task["createdAt"], "2021-07-25", "{created}");
    assert_eq!(task["status"], "ACCEPTED");
    assert_eq!(task["customer"]["phone"], "+7(900)-000-00-01");
    assert_eq!(task["customer"]["phoneE164"], "+79000000001");
    assert_eq!(task["customer"]["tasks"][0]["id"], "1");
    assert_eq!(task["employee"]["email"], "owner@example.com");

    let changed = shop
        .ask(
            r#"mutation { updateTask(taskData: {id: 1, status: READY}) { task { status version
            history { kind from to employee { email } } } } }"#,
        )
        .await;
    let task = &changed["data"]["updateTask"]["task"];
    assert_eq!(task["status"], "READY", "{changed}");
    assert_eq!(task["version"], 2);
    assert_eq!(task["history"][1]["from"], "ACCEPTED");

    let found = shop
        .ask(r#"{ allTasks(customerPhone: "8 900 000 00 01", statuses: [READY], createdAt: "2021-07-25") { id }
             none: allTasks(dateStart: "2021-07-26") { id }
             tasks(first: 1) { totalCount edges { node { id } } pageInfo { hasNextPage } } }"#)
        .await;
    assert_eq!(found["data"]["allTasks"][0]["id"], "1", "{found}");
    assert_eq!(found["data"]["none"].as_array().map(Vec::len), Some(0));
    assert_eq!(found["data"]["tasks"]["totalCount"], 1);

    shop.ask(r#"mutation { deleteTask(id: 1) { id } }"#).await;
    assert_eq!(
        code(&shop.ask("{ taskById(id: 1) { id } }").await),
        "NOT_FOUND"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_same_phone_written_otherwise_is_the_same_customer() {
    let shop = Shop::with_owner().await;
    shop.ask(CREATE).await;
    let again = shop
        .ask(r#"mutation { createCustomer(customerData: {phone: "8 (900) 000 00 01"}) { customer { id } } }"#)
        .await;
    assert_eq!(code(&again), "CONFLICT", "{again}");
    assert_eq!(again["errors"][0]["extensions"]["customerId"], "1");
    shop.close().await;
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_and_changes_nothing() {
    let shop = Shop::with_owner().await;
    shop.ask(CREATE).await;
    shop.ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    let stale = shop
        .ask("mutation { updateTask(taskData: {id: 1, status: CLOSED, expectedVersion: 1}) { task { id } } }")
        .await;
    assert_eq!(code(&stale), "CONFLICT", "{stale}");
    let now = shop.ask("{ taskById(id: 1) { status } }").await;
    assert_eq!(now["data"]["taskById"]["status"], "READY");
    shop.close().await;
}

#[tokio::test]
async fn bad_values_are_refused_by_field() {
    let shop = Shop::with_owner().await;
    for (query, field) in [
        (r#"{ taskById(id: "0") { id } }"#, "id"),
        (r#"{ taskById(id: "-1") { id } }"#, "id"),
        (r#"{ taskById(id: "abc") { id } }"#, "id"),
        (r#"{ taskById(id: "9223372036854775808") { id } }"#, "id"),
        (
            r#"{ allTasks(createdAt: "2021-02-30") { id } }"#,
            "createdAt",
        ),
        (
            r#"{ allTasks(createdAt: "25.07.2021") { id } }"#,
            "createdAt",
        ),
        (
            r#"{ allTasks(dateStart: "2021-07-25", dateEnd: "2021-07-24") { id } }"#,
            "dateEnd",
        ),
        (
            r#"mutation { createTask(taskData: {}) { task { id } } }"#,
            "customerPhone",
        ),
    ] {
        let answer = shop.ask(query).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query} {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], field, "{query}");
    }
    shop.close().await;
}

#[tokio::test]
async fn nobody_sees_or_changes_anything() {
    let mut shop = Shop::with_owner().await;
    shop.ask(CREATE).await;
    let token = shop.token.take();
    for query in [
        "{ me { id } }",
        "{ shop { currency } }",
        "{ employees { id } }",
        "{ allCustomers { id } }",
        "{ customers { totalCount } }",
        "{ customerById(id: 1) { id } }",
        "{ allTasks { id } }",
        "{ tasks { totalCount } }",
        "{ taskById(id: 1) { id } }",
        "{ undelivered { id } }",
        "{ stages { id } }",
        r#"mutation { createStage(stageData: {status: READY, name: "x"}) { stage { id } } }"#,
        r#"mutation { updateStage(stageData: {id: 1, name: "x"}) { stage { id } } }"#,
        "mutation { deleteStage(id: 4, replacementId: 8) { id } }",
        "{ today { total { overdue } } }",
        r#"{ month(month: "2021-07") { month } }"#,
        "mutation { updateUser { user { id } } }",
        "mutation { logout { success } }",
        "mutation { logoutEverywhere { success } }",
        r#"mutation { changePassword(oldPassword: "a", newPassword1: "b", newPassword2: "b") { success } }"#,
        r#"mutation { createInvite(email: "a@example.com") { token } }"#,
        "{ invites { totalCount } }",
        "mutation { withdrawInvite(id: 1) { id } }",
        "mutation { deactivateEmployee(id: 1) { user { id } } }",
        "mutation { setRole(id: 1, role: EMPLOYEE) { user { id } } }",
        r#"mutation { createCustomer(customerData: {phone: "12345"}) { customer { id } } }"#,
        r#"mutation { updateCustomer(customerData: {phone: "12345"}) { customer { id } } }"#,
        r#"mutation { deleteCustomer(phone: "+79000000001") { phone } }"#,
        r#"mutation { eraseCustomer(phone: "+79000000001") { phone } }"#,
        "mutation { confirmTelegram(customerId: 1) { customer { id } } }",
        "mutation { confirmAccount(customerId: 1, messenger: MAX) { customer { id } } }",
        "mutation { unlinkAccount(customerId: 1, messenger: MAX) { customer { id } } }",
        "mutation { unlinkTelegram(customerId: 1) { customer { id } } }",
        "mutation { mergeCustomers(keepId: 1, otherId: 2) { mergeId } }",
        "mutation { undoMerge(mergeId: 1) { customer { id } } }",
        r#"mutation { correctPhone(customerId: 1, phone: "12345") { customer { id } } }"#,
        CREATE,
        "mutation { updateTask(taskData: {id: 1}) { task { id } } }",
        "mutation { assignTask(id: 1, employeeId: null) { task { id } } }",
        r#"mutation { setTaskCustomer(taskId: 1, customerPhone: "12345") { task { id } } }"#,
        "mutation { deleteTask(id: 1) { id } }",
        "mutation { renewStatusLink(taskId: 1) { task { statusUrl } } }",
        r#"mutation { addComment(taskId: 1, text: "a") { task { id } } }"#,
        r#"mutation { addAttachments(taskId: 1, files: []) { task { id } } }"#,
        "mutation { settleAnswers(taskId: 1) { task { id } } }",
        "mutation { askApproval(taskId: 1, price: 1) { task { id } } }",
        "mutation { withdrawApproval(taskId: 1) { task { id } } }",
        "mutation { retryNotice(id: 1) { task { id } } }",
        "{ undeliveredWebhooks { id } }",
        "mutation { retryWebhook(deliveryId: 1) { id } }",
        "mutation { createStaffCode { code } }",
        "mutation { unlinkMyTelegram { user { id } } }",
        "mutation { setMorningList { user { id } } }",
        "{ exportCsv(kind: TASKS) }",
        "{ exportArchive }",
        r#"{ previewImport(csv: "x") { digest } }"#,
        r#"mutation { importCsv(csv: "x") { report { digest } } }"#,
        r#"mutation { importArchive(archive: "x") { token } }"#,
    ] {
        let answer = shop.ask(query).await;
        assert_eq!(code(&answer), "UNAUTHENTICATED", "{query} {answer}");
    }
    shop.token = token;
    let tasks = shop
        .ask("{ allTasks { id version employee { id } } }")
        .await;
    assert_eq!(tasks["data"]["allTasks"].as_array().map(Vec::len), Some(1));
    assert_eq!(tasks["data"]["allTasks"][0]["version"], 1);
    shop.close().await;
}

#[tokio::test]
async fn only_the_first_account_is_free_and_a_wrong_password_is_told_apart_from_nothing() {
    let shop = Shop::with_owner().await;
    let second = shop.register("second@example.com").await;
    let errors = &second["data"]["register"]["errors"]["nonFieldErrors"];
    assert_eq!(errors[0]["code"], "invite_needed", "{second}");
    let login = |email: &str| {
        format!(
            r#"mutation {{ login(email: "{email}", password: "wrong-wrong") {{ success errors }} }}"#
        )
    };
    let known = shop.ask(&login("owner@example.com")).await;
    let unknown = shop.ask(&login("nobody@example.com")).await;
    assert_eq!(known, unknown);
    assert_eq!(known["data"]["login"]["success"], false);
    shop.close().await;
}
