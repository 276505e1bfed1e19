//! The board, with the shop's stages as columns.

use askama::Template;
use warp::reply::Response;

use super::accounts::Face;
use super::tasks::{Toast, list_address, toast};
use super::text::Texts;
use super::visit::Visit;
use crate::app;
use crate::app::board::{Board, CLOSED_DAYS, Whose};
use crate::domain::{Details, Device, EmployeeId, Money, Result, Stage, StageId, Status};
use crate::store::tasks::TaskRow;

/// Maximum number of characters of a line of a card, which shows fewer.
const SHOWN: usize = 80;
/// Parameter value for unassigned tasks.
const NOBODY: &str = "none";

/// The board that the URL asks for.
#[derive(Default, Clone)]
struct Asked {
    whose: Whose,
    /// The column that phones show.
    stage: Option<StageId>,
    /// Whether the closed tasks are unfolded.
    closed: bool,
}

impl Asked {
    fn read(visit: &Visit) -> Self {
        let employee = visit.parameter("employee");
        let stage = visit.parameter("stage");
        Self {
            whose: Whose {
                employee: employee.and_then(|id| EmployeeId::parse("employee", id).ok()),
                unassigned: employee == Some(NOBODY),
            },
            stage: stage.and_then(|id| StageId::parse("stage", id).ok()),
            closed: visit.parameter("closed").is_some(),
        }
    }

    fn of(&self, employee: Option<EmployeeId>, unassigned: bool) -> String {
        let whose = Whose {
            employee,
            unassigned,
        };
        Self {
            whose,
            ..self.clone()
        }
        .address()
    }

    fn address(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(employee) = self.whose.employee {
            query.append_pair("employee", &employee.to_string());
        } else if self.whose.unassigned {
            query.append_pair("employee", NOBODY);
        }
        if self.closed {
            query.append_pair("closed", "1");
        }
        if let Some(stage) = self.stage {
            query.append_pair("stage", &stage.to_string());
        }
        match query.finish() {
            query if query.is_empty() => "/board".to_owned(),
            query => format!("/board?{query}"),
        }
    }
}

/// A button or link that leads to another board.
struct Choice {
    name: String,
    address: String,
    current: bool,
    face: Option<Face>,
}

/// A task on three lines.
struct Card {
    id: i64,
    version: i64,
    /// The device, or else what is wrong.
    title: String,
    /// What is wrong, or else whose it is.
    text: String,
    /// What needs attention, or else when it is due: a CSS class and the text.
    mark: Option<(&'static str, String)>,
    sum: Option<String>,
    face: Option<Face>,
    overdue: bool,
    /// The next stage, with the label of the button.
    next: Option<(StageId, String)>,
    /// Whether the customer has to pay before the task is closed.
    owed: bool,
}

struct Column {
    stage: Stage,
    name: String,
    /// URL that shows this column on a phone.
    address: String,
    current: bool,
    count: i64,
    cards: Vec<Card>,
    /// URL of the list, with the number and the sum of the tasks.
    all: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    /// URL of this board.
    here: String,
    about: String,
    /// All tasks and one's own.
    whose: Vec<Choice>,
    employee: String,
    employees: Vec<Choice>,
    columns: Vec<Column>,
    closed: Column,
    /// URL that folds or unfolds the closed tasks.
    fold: String,
    unfolded: bool,
    toast: Option<Toast>,
}

impl BoardPage<'_> {
    /// Returns whether no repair is under way.
    fn is_empty(&self) -> bool {
        self.columns.iter().all(|column| column.count == 0)
    }
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let (actor, now, asked) = (visit.actor()?, visit.texts.now(), Asked::read(visit));
    let (whose, closed) = (asked.whose, asked.closed);
    let work = move |c: &_| {
        let board = app::board::read(c, &actor, whose, closed, now)?;
        Ok((board, app::accounts::employees(c, &actor)?))
    };
    let (board, employees) = visit.desk.db.read(work).await?;
    let texts = &visit.texts;
    let all = Choice {
        name: texts.s("board-anybody"),
        address: asked.of(None, false),
        current: whose.employee.is_none() && !whose.unassigned,
        face: None,
    };
    let nobody = Choice {
        name: texts.s("task-employee-none"),
        address: asked.of(None, true),
        current: whose.unassigned,
        face: None,
    };
    let listed = employees
        .iter()
        .filter(|employee| employee.active || whose.employee == Some(employee.id));
    let employees = listed.clone().map(|employee| Choice {
        name: employee.distinct_name(listed.clone()),
        address: asked.of(Some(employee.id), false),
        current: whose.employee == Some(employee.id),
        face: Some(Face::of(employee)),
    });
    let employees: Vec<Choice> = [all].into_iter().chain(employees).chain([nobody]).collect();
    let chosen = employees.iter().find(|choice| choice.current);
    let columns = columns(&board, &asked, texts);
    let closed = closed_column(&board, &asked, texts);
    visit.page(&BoardPage {
        visit,
        current: "board",
        here: asked.address(),
        about: about(&board, texts),
        whose: halves(&asked, actor.id(), board.own, texts),
        employee: chosen.map(|choice| choice.name.clone()).unwrap_or_default(),
        employees,
        closed,
        columns,
        fold: Asked {
            closed: !asked.closed,
            ..asked.clone()
        }
        .address(),
        unfolded: asked.closed,
        toast: toast(visit).await?,
    })
}

fn halves(asked: &Asked, me: EmployeeId, own: i64, texts: &Texts) -> Vec<Choice> {
    let mine = Choice {
        name: texts.fill("board-mine", "count", own),
        address: asked.of(Some(me), false),
        current: asked.whose.employee == Some(me),
        face: None,
    };
    let all = Choice {
        name: texts.s("board-all"),
        address: asked.of(None, false),
        current: asked.whose.employee.is_none() && !asked.whose.unassigned,
        face: None,
    };
    vec![all, mine]
}

/// Returns the number of open tasks, and what they are worth.
fn about(board: &Board, texts: &Texts) -> String {
    let count = board.columns.iter().map(|column| column.count).sum::<i64>();
    let mut columns = board.columns.iter();
    let sum = columns.try_fold(Money::ZERO, |sum, column| Some(sum.and(column.sum?)));
    match sum {
        Some(sum) if sum > Money::ZERO => {
            let args = [("count", count.into()), ("sum", texts.money(sum).into())];
            texts.with("board-open-sum", args)
        }
        _ => texts.count("board-open", &count),
    }
}

fn columns(board: &Board, asked: &Asked, texts: &Texts) -> Vec<Column> {
    let is_asked = |stage: &Stage| asked.stage == Some(stage.id);
    let is_any = board.stages.iter().any(is_asked);
    let busy = board.columns.iter().position(|column| column.count > 0);
    let columns = board.columns.iter().enumerate().map(|(at, column)| {
        let stage = &column.stage;
        let cards = column.cards.iter();
        let cards: Vec<Card> = cards.map(|task| card(board, task, texts)).collect();
        let left = column.count - i64::try_from(cards.len()).unwrap_or(i64::MAX);
        Column {
            name: texts.stage(stage),
            address: Asked {
                stage: Some(stage.id),
                ..asked.clone()
            }
            .address(),
            current: match is_any {
                true => is_asked(stage),
                false => at == busy.unwrap_or_default(),
            },
            count: column.count,
            cards,
            all: all(stage, left, column.sum, asked, texts),
            stage: stage.clone(),
        }
    });
    columns.collect()
}

/// Returns the link to the tasks of a column that it doesn't show, or to the sum of the ready ones.
fn all(
    stage: &Stage,
    left: i64,
    sum: Option<Money>,
    asked: &Asked,
    texts: &Texts,
) -> Option<(String, String)> {
    let sum = sum.filter(|sum| *sum > Money::ZERO);
    let sum = sum.map(|sum| texts.money(sum));
    let text = match (left > 0, sum) {
        (true, Some(sum)) => {
            let args = [("count", left.into()), ("sum", sum.into())];
            texts.with("board-more-sum", args)
        }
        (true, None) => texts.count("board-more", &left),
        (false, Some(sum)) if stage.status == Status::Ready => texts.fill("board-sum", "sum", sum),
        _ => return None,
    };
    let Whose {
        employee,
        unassigned,
    } = asked.whose;
    let of = employee.map(Some).or(unassigned.then_some(None));
    Some((list_address(Some(stage), &[], of), text))
}

/// Returns the column of the closed tasks, onto which others are dropped to be closed.
fn closed_column(board: &Board, asked: &Asked, texts: &Texts) -> Column {
    let stage = board.closed.stage.clone();
    let cards = board.closed.cards.iter();
    let cards: Vec<Card> = cards.map(|task| card(board, task, texts)).collect();
    let left = board.closed.count - i64::try_from(cards.len()).unwrap_or(i64::MAX);
    let args = [
        ("days", CLOSED_DAYS.into()),
        ("count", board.closed.count.into()),
    ];
    Column {
        name: texts.with("board-closed", args),
        address: Asked {
            stage: Some(stage.id),
            closed: true,
            ..asked.clone()
        }
        .address(),
        current: asked.closed && asked.stage == Some(stage.id),
        count: board.closed.count,
        all: (asked.closed && left > 0)
            .then(|| all(&stage, left, None, asked, texts))
            .flatten(),
        cards,
        stage,
    }
}

fn card(board: &Board, (row, details): &(TaskRow, Details), texts: &Texts) -> Card {
    let (task, stage) = (&row.task, &*row.stage);
    let description = task.description.as_str();
    let device = device(&details.device);
    let number = || texts.number("task-title", &task.id.get());
    let customer = || {
        let customer = row.customer.as_ref();
        let name = customer.and_then(|customer| customer.name.as_ref());
        name.map(|name| name.as_str().to_owned())
    };
    let (title, text) = match (device.is_empty(), description.is_empty()) {
        (false, false) => (device, description.to_owned()),
        (false, true) => (device, customer().unwrap_or_default()),
        (true, false) => (description.to_owned(), customer().unwrap_or_default()),
        (true, true) => (number(), customer().unwrap_or_default()),
    };
    let money = app::board::value(stage, details).filter(|sum| *sum > Money::ZERO);
    let mark = mark(board, row, texts);
    let sum = match stage.status {
        Status::Ready if details.price().is_some() && money.is_none() => {
            Some(texts.s("board-paid"))
        }
        Status::Ready => money.map(|sum| texts.money(sum)),
        _ if mark.is_none() => money.map(|sum| texts.money(sum)),
        _ => None,
    };
    let next = stage.next(&board.stages).map(|next| {
        let label = texts.fill("tasks-advance", "status", texts.stage(next));
        (next.id, label)
    });
    Card {
        id: task.id.get(),
        version: task.version,
        title: shortened(&title),
        text: shortened(&text),
        mark,
        sum,
        face: row.employee.as_deref().map(Face::of),
        overdue: task.is_overdue(texts.today()),
        next,
        owed: stage.status == Status::Ready && details.balance() > Money::ZERO,
    }
}

/// Returns the name of a device without its kind, for which a card is too narrow; the kind if it has no
/// other name.
fn device(device: &Device) -> String {
    let named = [device.brand.as_str(), device.model.as_str()];
    let named = named.into_iter().filter(|text| !text.is_empty());
    let named: Vec<&str> = named.collect();
    match named.is_empty() {
        true => device.kind.as_str().to_owned(),
        false => named.join(" "),
    }
}

/// Returns what needs attention in a task, or else its due date: a CSS class and the text.
fn mark(board: &Board, row: &TaskRow, texts: &Texts) -> Option<(&'static str, String)> {
    let task = &row.task;
    if board.declined.contains(&task.id) {
        return Some(("warn", texts.s("board-declined")));
    }
    if board.unanswered.contains(&task.id) {
        return Some(("warn", texts.s("board-unanswered")));
    }
    let due = task.due.filter(|_| Status::UNDONE.contains(&task.status));
    if let Some(day) = due {
        let class = match day.cmp(&texts.today()) {
            std::cmp::Ordering::Less => "bad",
            std::cmp::Ordering::Equal => "warn",
            std::cmp::Ordering::Greater => "",
        };
        return Some((class, texts.short_date(&day)));
    }
    let days = texts.now().duration_since(task.stage_since).as_hours() / 24;
    let is_stuck = row.stage.is_stuck(task.stage_since, texts.now());
    is_stuck.then(|| ("warn", texts.count("board-days", &days)))
}

/// Returns the beginning of a text on one line.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(SHOWN).collect()
}
