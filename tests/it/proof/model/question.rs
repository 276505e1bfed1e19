//! The queries after each operation, answered equally by program and model.

use std::cmp::Reverse;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::operation::{Phone, arguments, number, phone, quoted, word};
use super::plain::{Card, Model, Task, fold, key};
use super::{CATEGORIES, SERIALS, STATUSES, date, day};
use crate::harness::{Shop, code};

const ORDERS: [&str; 6] = [
    "NEWEST",
    "OLDEST",
    "RECENTLY_UPDATED",
    "EARLIEST_DUE",
    "LARGEST_TOTAL",
    "LARGEST_TO_PAY",
];
const SEARCHES: &[&str] = &[
    "lamp",
    "лампа",
    "ANNA",
    "\"off\"_",
    "50%",
    "broken a lamp",
    "9000000",
    "neil",
    "o’neil",
    "ПЕТР",
    "3",
    "4711",
    "sn12",
    "phone",
    "zzz",
];
const CARD_SEARCHES: &[&str] = &[
    "",
    "an",
    "б",
    "%",
    "_\\",
    "8 900 000",
    "0004",
    "петр",
    "o’n",
];

const CARD: &str = "id phone phoneE164 name telegramId telegramVerified debt";
const TASK: &str = "id createdAt createdTime updatedTime closedTime version category status
    stage { id } stageSinceTime description dueOn overdue estimate price device { model serialNumber }
    warrantyOf { id } warrantyTasks { id } tasksOfDevice { id } customer { ...card } employee { email } unanswered declined
    comments { id kind author employee { email } channel text time open }
    approvals { id price text taskVersion employee { email } askedTime decision decidedTime channel }
    history { kind author from to time }";
/// What is asked about money, apart: one operation has a limit.
const SUMS: &str = "id discount total paid toPay prepayment warrantyEndsOn
    lines { id kind name quantity unitPrice discount sum agreement cost warrantyDays }
    payments { id kind method sum time employee { email } drawer { id } refundOf { id } }";
const QUOTES: &str =
    "approvals { id discount lines { kind name quantity unitPrice discount sum } }";
const WORKLOAD: &str = "statuses { status tasks } stages { stage { id } tasks }
    overdue unanswered declined undelivered";

/// The filters of the lists.
#[derive(Debug, Clone)]
pub struct Question {
    phone: Option<Phone>,
    statuses: Vec<&'static str>,
    stage: Option<i64>,
    category: Option<&'static str>,
    employee: Option<i64>,
    /// Days after the first one.
    from: Option<i64>,
    until: Option<i64>,
    search: Option<&'static str>,
    overdue: bool,
    unanswered: bool,
    serial: Option<&'static str>,
    order: &'static str,
    first: usize,
    cards: &'static str,
    id: i64,
}

pub fn question() -> impl Strategy<Value = Question> {
    let days = || option::weighted(0.3, 0_i64..4);
    let which = (
        option::weighted(0.3, phone()),
        proptest::sample::subsequence(&STATUSES[..], 0..4),
        option::weighted(0.3, select(&CATEGORIES[..])),
        option::weighted(0.3, 1_i64..4),
        days(),
        days(),
        option::weighted(0.2, 1_i64..13),
    );
    let how = (
        option::weighted(0.4, select(SEARCHES)),
        proptest::bool::weighted(0.2),
        proptest::bool::weighted(0.2),
        option::weighted(0.2, select(&SERIALS[..])),
        select(&ORDERS[..]),
        1_usize..6,
        select(CARD_SEARCHES),
        1_i64..9,
    );
    (which, how).prop_map(|(which, how)| {
        let (phone, statuses, category, employee, from, until, stage) = which;
        let (search, overdue, unanswered, serial, order, first, cards, id) = how;
        // A reversed interval is an error, which other tests cover.
        let until = until.map(|until| until.max(from.unwrap_or_default()));
        Question {
            phone,
            statuses,
            stage,
            category,
            employee,
            from,
            until,
            search,
            overdue,
            unanswered,
            serial,
            order,
            first,
            cards,
            id,
        }
    })
}

impl Model {
    /// Returns the matching tasks, oldest first.
    fn matching(&self, question: &Question, all_fields: bool) -> Vec<i64> {
        let is_found = |id: i64, task: &Task| {
            let card = task.customer.map(|id| &self.cards[&id]);
            let day = day(task.created);
            let search = question.search.filter(|_| all_fields).unwrap_or_default();
            let name = card.and_then(|card| card.name.clone());
            let phone = card.map(|card| card.e164.clone()).unwrap_or_default();
            let places = [
                fold(task.description),
                fold(&name.unwrap_or_default()),
                fold(task.model),
                fold(task.serial),
                fold(&task.key()),
                task.lines
                    .iter()
                    .map(|line| fold(line.name) + "\n")
                    .collect(),
            ];
            let mut words = search.split(' ').map(fold).filter(|word| !word.is_empty());
            // A word too short for parts of texts is the beginning of a word, or the number of a task.
            let begins = |word: &str| {
                let texts = places.join(" ");
                let mut all = texts.split(|c: char| !c.is_alphanumeric());
                all.any(|of| of.starts_with(word)) || word.parse() == Ok(id)
            };
            let is_in = |word: &str| {
                let mut all = places.iter().chain([&phone]);
                all.any(|place| place.contains(word))
            };
            question
                .phone
                .is_none_or(|phone| card.is_some_and(|card| card.e164 == phone.e164()))
                && (question.statuses.is_empty() || question.statuses.contains(&task.status))
                && question
                    .category
                    .is_none_or(|category| category == task.category)
                && (!all_fields || question.employee.is_none_or(|id| task.employee == Some(id)))
                && (!all_fields || question.stage.is_none_or(|id| task.stage == id))
                && (!all_fields || !question.overdue || task.is_overdue(&self.today))
                && (!all_fields || !question.unanswered || self.is_unanswered(id))
                && (!all_fields
                    || question
                        .serial
                        .is_none_or(|serial| !key(serial).is_empty() && key(serial) == task.key()))
                && question.from.is_none_or(|from| date(from) <= day)
                && question.until.is_none_or(|until| day <= date(until))
                && words.all(|word| match word.chars().count() {
                    ..3 => begins(&word),
                    _ => is_in(&word),
                })
        };
        let found = self.tasks.iter().filter(|(id, task)| is_found(**id, task));
        found.map(|(id, _)| *id).collect()
    }

    fn ordered(&self, question: &Question) -> Vec<i64> {
        let mut ids = self.matching(question, true);
        match question.order {
            "OLDEST" => {}
            "NEWEST" => ids.reverse(),
            "EARLIEST_DUE" => ids.sort_by_key(|id| self.due(*id)),
            "LARGEST_TOTAL" => ids.sort_by_key(|id| Reverse((self.sum(*id, "total"), *id))),
            "LARGEST_TO_PAY" => {
                ids.retain(|id| self.sum(*id, "toPay") > 0);
                ids.sort_by_key(|id| Reverse((self.sum(*id, "toPay"), *id)));
            }
            _ => ids.sort_by_key(|id| Reverse(self.tasks[id].touched)),
        }
        ids
    }

    /// Returns a sum of a task.
    fn sum(&self, id: i64, name: &str) -> i64 {
        self.sums(id)[name].as_i64().unwrap()
    }

    /// Returns the customers whose name contains the text, or whose phone contains its digits.
    fn cards_with(&self, search: &str) -> Vec<i64> {
        let digits: String = search.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix('8').unwrap_or(&digits);
        let is_found = |card: &Card| {
            let name = fold(card.name.as_deref().unwrap_or_default());
            name.contains(&fold(search)) || (!digits.is_empty() && card.e164.contains(digits))
        };
        let found = self.cards.iter().filter(|(_, card)| is_found(card));
        found.map(|(id, _)| *id).collect()
    }
}

/// Compares every list and every single object with the model.
pub async fn compare(shop: &Shop, model: &Model, question: &Question) {
    let id = question.id;
    let filter = [
        (
            "customerPhone",
            question.phone.and_then(|phone| quoted(phone.typed())),
        ),
        (
            "statuses",
            Some(format!("[{}]", question.statuses.join(", "))),
        ),
        ("category", word(question.category)),
        (
            "dateStart",
            question.from.and_then(|days| quoted(date(days))),
        ),
        (
            "dateEnd",
            question.until.and_then(|days| quoted(date(days))),
        ),
    ];
    let of_cards = quoted(question.cards).unwrap();
    let all = shop
        .ask(&format!(
            "{{ all: allTasks {{ {TASK} }} some: allTasks({}) {{ id }}
                allCustomers {{ {CARD} }}
                customers(search: {of_cards}, first: 100) {{ totalCount nodes {{ id tasks {{ id }} }} }}
                undelivered {{ id }} stages {{ id status name position told }}
                today {{ total {{ {WORKLOAD} }} }} }} fragment card on Customer {{ {CARD} }}",
            arguments(&filter)
        ))
        .await;
    let ids = |ids: Vec<i64>| {
        ids.into_iter()
            .map(|id| json!({"id": id.to_string()}))
            .collect::<Vec<_>>()
    };
    let of_card = |card: i64| {
        let own = model
            .tasks
            .iter()
            .filter(|(_, task)| task.customer == Some(card));
        json!({"id": card.to_string(), "tasks": ids(own.map(|(id, _)| *id).collect())})
    };
    let found: Vec<Value> = model
        .cards_with(question.cards)
        .into_iter()
        .map(of_card)
        .collect();
    let expected = json!({
        "all": model.tasks.keys().map(|id| model.task(*id)).collect::<Vec<_>>(),
        "some": ids(model.matching(question, false)),
        "allCustomers": model.cards.keys().map(|id| model.card(*id)).collect::<Vec<_>>(),
        "customers": {"totalCount": found.len(), "nodes": found},
        "undelivered": [],
        "stages": model.all_stages(),
        "today": {"total": model.workload()},
    });
    assert_eq!(all["data"], expected, "{all}");
    let sums = shop
        .ask(&format!(
            "{{ allTasks {{ {SUMS} }} debts(first: 100) {{ totalCount nodes {{ id }} }}
                drawers {{ id balance shift {{ id openingCounted }} }}
                dayReport {{ received refunded cashIn cashOut earned
                    byDrawer {{ drawer {{ id }} received refunded cashIn cashOut }} }}
                month(month: \"{}\") {{ money {{ received refunded earned works parts discount cost grossProfit debts }} }} }}",
            &model.today[..7]
        ))
        .await;
    let expected = json!({
        "allTasks": model.tasks.keys().map(|id| model.sums(*id)).collect::<Vec<_>>(),
        "debts": {"totalCount": model.debts().len(), "nodes": ids(model.debts())},
        "drawers": model.drawers(),
        "dayReport": model.day_report(),
        "month": {"money": model.month_money()},
    });
    assert_eq!(sums["data"], expected, "{sums}");
    if model.tasks.contains_key(&id) {
        let query = format!("{{ taskById(id: {id}) {{ {QUOTES} }} }}");
        let quotes = shop.ask(&query).await;
        assert_eq!(quotes["data"]["taskById"]["approvals"], model.quotes(id));
    }
    let one = shop
        .ask(&format!(
            "{{ taskById(id: {id}) {{ {TASK} }} }} fragment card on Customer {{ {CARD} }}"
        ))
        .await;
    match model.tasks.contains_key(&id) {
        true => assert_eq!(one["data"]["taskById"], model.task(id)),
        false => assert_eq!(code(&one), "NOT_FOUND", "{one}"),
    }
    let one = shop
        .ask(&format!("{{ customerById(id: {id}) {{ {CARD} }} }}"))
        .await;
    match model.cards.contains_key(&id) {
        true => assert_eq!(one["data"]["customerById"], model.card(id)),
        false => assert_eq!(code(&one), "NOT_FOUND", "{one}"),
    }
    let mut filter = filter.to_vec();
    filter.push(("employeeId", number(question.employee)));
    filter.push(("stageId", number(question.stage)));
    filter.push(("search", question.search.and_then(quoted)));
    filter.push(("overdue", number(question.overdue.then_some(true))));
    filter.push(("unanswered", number(question.unanswered.then_some(true))));
    filter.push(("serialNumber", question.serial.and_then(quoted)));
    let expected = model.ordered(question);
    assert_eq!(
        pages(shop, question, &arguments(&filter), expected.len()).await,
        expected
    );
}

/// Returns the ids of a paginated list.
async fn pages(shop: &Shop, question: &Question, filter: &str, total: usize) -> Vec<i64> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = shop
            .ask(&format!(
                "{{ tasks(filter: {{{filter}}}, orderBy: {}, first: {} {after}) {{
                    totalCount nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}",
                question.order, question.first
            ))
            .await;
        let page = &page["data"]["tasks"];
        assert_eq!(page["totalCount"], total, "{page}");
        let nodes = page["nodes"].as_array().unwrap();
        found.extend(
            nodes
                .iter()
                .map(|node| node["id"].as_str().unwrap().parse::<i64>().unwrap()),
        );
        let next = page["pageInfo"]["hasNextPage"].as_bool().unwrap();
        assert_eq!(next, found.len() < total);
        if !next {
            return found;
        }
        assert_eq!(nodes.len(), question.first);
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}
