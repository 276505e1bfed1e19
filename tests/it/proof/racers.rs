//! Concurrent changes of the same version of a task: one succeeds, the others get a conflict.

use serde_json::json;

use super::{report, size};
use crate::bot::create;
use crate::harness::{Shop, code};

const RACERS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_racers_on_one_version_one_wins_and_the_rest_are_told() {
    let rounds = size(5, 200);
    let shop = Shop::with_owner().await;
    for round in 1..=rounds {
        let id = create(&shop, "+79000000001").await;
        let change = format!(
            "mutation {{ updateTask(taskData: {{id: {id}, status: READY, expectedVersion: 1}}) {{ task {{ version }} }} }}"
        );
        let asked = (0..RACERS).map(|_| shop.ask(&change));
        let answers = futures_util::future::join_all(asked).await;
        let won = answers.iter().filter(|answer| answer["errors"].is_null());
        assert_eq!(won.count(), 1, "round {round}");
        let lost = answers.iter().filter(|answer| code(answer) == "CONFLICT");
        assert_eq!(lost.count(), RACERS - 1, "round {round}");
        let query = format!("{{ taskById(id: {id}) {{ status version history {{ kind to }} }} }}");
        let task = shop.ask(&query).await;
        let expected = json!({"status": "READY", "version": 2, "history": [
            {"kind": "CREATED", "to": "ACCEPTED"}, {"kind": "STATUS", "to": "READY"}]});
        assert_eq!(task["data"]["taskById"], expected);
    }
    shop.close().await;
    report(
        "racers",
        &format!(
            "{rounds} races of {RACERS}: in each 1 won, {} had CONFLICT, 1 row of history",
            RACERS - 1
        ),
    );
}
