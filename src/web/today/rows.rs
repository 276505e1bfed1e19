//! Rows of the counter: tasks that wait for the shop, that are due, and that await pickup; the employees' load.

use crate::app::counter::{Load, Said, Waiting, Whole};
use crate::domain::{
    Comment, Concern, DeviceField, Message, Money, Reason, Stage, Status, Told, Undelivered,
};
use crate::store::tasks::TaskRow;
use crate::web::accounts::Face;
use crate::web::tasks::{CustomerLine, list_address};
use crate::web::text::Texts;

/// What all rows show of a task.
pub struct TaskLine {
    pub id: i64,
    pub version: i64,
    /// The device, or the beginning of the description.
    pub title: String,
    /// The description, or nothing where it is the title.
    pub fault: String,
    pub place: String,
    pub customer: CustomerLine,
}

impl TaskLine {
    fn new((row, details): &Whole, texts: &Texts) -> Self {
        let description = row.task.description.as_str();
        let first = description.lines().next().unwrap_or_default();
        let device = details.device.title();
        let (title, fault) = match (device.is_empty(), first.is_empty()) {
            (false, _) => (device, description.to_owned()),
            (true, false) => (first.to_owned(), String::new()),
            (true, true) => (texts.s("tasks-no-description"), String::new()),
        };
        Self {
            id: row.task.id.get(),
            version: row.task.version,
            title,
            fault,
            place: details.device.get(DeviceField::Place).to_owned(),
            customer: CustomerLine::new(row.customer.as_deref(), texts),
        }
    }
}

/// What the button of a waiting task does.
pub enum Act {
    /// Opens the conversation: the message id of its words.
    Open(&'static str),
    /// Moves the task to the stage with this id.
    Start(i64),
    /// Records that there is nothing left to do.
    Settle,
    /// Calls the customer.
    Call,
}

/// A task that waits for the shop.
pub struct WaitingRow {
    pub task: TaskLine,
    /// Class, icon and name of the reason.
    pub look: &'static str,
    pub icon: &'static str,
    pub reason: String,
    /// What it is about: the program's words, and what was said or quoted.
    pub lead: String,
    pub said: String,
    pub since: String,
    pub act: Act,
}

impl WaitingRow {
    /// Builds the row; `working` is the stage to which work leads.
    pub fn new(of: &Waiting, working: Option<&Stage>, texts: &Texts) -> Self {
        let task = TaskLine::new(&of.task, texts);
        let quote = |price: Money, text: Option<&Message>| {
            let text = text.map(|text| format!(": {}", text.as_str()));
            format!("{}{}", texts.money(price), text.unwrap_or_default())
        };
        let (look, icon, reason, lead, said, act) = match &of.what {
            Said::Declined(asked) => (
                "warn",
                "no",
                "waits-declined",
                texts.s("waits-declined-lead"),
                quote(asked.price, asked.shown_text()),
                Act::Open("waits-decide"),
            ),
            Said::Asked(comment) => (
                "ask",
                "msg",
                "waits-asked",
                String::new(),
                quoted(comment, texts),
                Act::Open("waits-answer"),
            ),
            Said::Agreed(asked) => (
                "ok",
                "check",
                "waits-agreed",
                texts.s("waits-agreed-lead"),
                quote(asked.price, asked.shown_text()),
                start(&of.task.0, working),
            ),
            Said::Missed(missed) => (
                "bad",
                "alert",
                "waits-missed",
                lost(missed, texts),
                String::new(),
                match task.customer.dial.is_empty() {
                    true => Act::Open("waits-open"),
                    false => Act::Call,
                },
            ),
        };
        Self {
            task,
            look,
            icon,
            reason: texts.s(reason),
            lead,
            said,
            since: texts.ago(&of.since),
            act,
        }
    }

    /// Returns whether the row has a second button that says that nothing is left to do: its first one leads out of the
    /// program.
    pub fn is_settled_apart(&self) -> bool {
        matches!(self.act, Act::Call)
    }
}

/// Returns what starts the work that a customer has agreed to.
fn start(row: &TaskRow, working: Option<&Stage>) -> Act {
    let undone = Status::UNDONE.contains(&row.task.status);
    match working.filter(|stage| undone && stage.id != row.task.stage) {
        Some(stage) => Act::Start(stage.id.get()),
        None => Act::Settle,
    }
}

/// Returns a customer's message in quotation marks, or the kind of what they sent without words.
fn quoted(comment: &Comment, texts: &Texts) -> String {
    match comment.text.as_str().trim() {
        "" => texts.s("waits-files"),
        text => texts.fill("waits-quote", "text", text),
    }
}

/// Returns what didn't reach the customer, and why.
fn lost(missed: &Undelivered, texts: &Texts) -> String {
    let what = match (&missed.told, missed.told.status()) {
        (Told::Reply { .. }, _) => texts.s("notice-of-reply"),
        (_, Some(status)) => texts.status(&status),
        _ => texts.s("notice-of-comment"),
    };
    let why = match missed.reason {
        Reason::Blocked => "waits-missed-blocked",
        Reason::Refused => "waits-missed-refused",
        Reason::Expired => "waits-missed-expired",
    };
    texts.fill(why, "what", what)
}

/// An undone task that was promised for today or earlier.
pub struct DueRow {
    pub task: TaskLine,
    pub employee: String,
    pub stage: std::sync::Arc<Stage>,
    pub is_late: bool,
    pub due: String,
}

impl DueRow {
    pub fn new(of: &Whole, texts: &Texts) -> Self {
        let (row, _) = of;
        let today = texts.today();
        let days = row.task.due.map_or(0, |due| today.since(due));
        let employee = row.employee.as_deref().map(|of| Face::of(of).name);
        Self {
            task: TaskLine::new(of, texts),
            employee: employee.unwrap_or_default(),
            stage: row.stage.clone(),
            is_late: days > 0,
            due: match days {
                0 => texts.s("day-today"),
                days => texts.count("due-late", &days),
            },
        }
    }
}

impl DueRow {
    /// Returns the class of its colour.
    pub fn look(&self) -> &'static str {
        if self.is_late { "bad" } else { "warn" }
    }

    /// Returns the message id of the reason.
    pub fn why(&self) -> &'static str {
        if self.is_late {
            "due-overdue"
        } else {
            "due-today"
        }
    }
}

/// A task that awaits pickup.
pub struct ReadyRow {
    pub task: TaskLine,
    /// What is left to pay; "paid" where nothing is.
    pub sum: String,
    pub days: String,
    /// Whether nobody collects it.
    pub is_uncollected: bool,
}

impl ReadyRow {
    pub fn new(of: &Whole, texts: &Texts) -> Self {
        let (row, details) = of;
        let days = row.task.ready.map_or(0, |at| texts.days_since(&at));
        Self {
            task: TaskLine::new(of, texts),
            sum: match details.to_pay() {
                None => String::new(),
                Some(Money::ZERO) if details.paid() > Money::ZERO => texts.s("ready-paid"),
                Some(sum) => texts.money(sum),
            },
            days: match days {
                0 => texts.s("day-today"),
                days => texts.count("ready-days", &days),
            },
            is_uncollected: days >= Concern::UNCOLLECTED_DAYS,
        }
    }
}

impl ReadyRow {
    /// Returns the class of its colour.
    pub fn look(&self) -> &'static str {
        if self.is_uncollected { "warn" } else { "ok" }
    }

    pub fn icon(&self) -> &'static str {
        if self.is_uncollected { "bell" } else { "check" }
    }

    /// Returns the message id of the reason.
    pub fn why(&self) -> &'static str {
        if self.is_uncollected {
            "ready-uncollected"
        } else {
            "ready-one"
        }
    }
}

/// The open and overdue tasks of an employee, or unassigned ones, with the URLs of their lists.
pub struct LoadRow {
    pub name: String,
    pub face: Option<Face>,
    pub open: i64,
    pub open_list: String,
    pub late: i64,
    pub late_list: String,
}

impl LoadRow {
    pub fn new(of: &Load, texts: &Texts) -> Self {
        let face = of.employee.as_ref().map(Face::of);
        let who = of.employee.as_ref().map(|employee| employee.id);
        let name = face.as_ref().map(|face| face.name.clone());
        Self {
            name: name.unwrap_or_else(|| texts.s("task-employee-none")),
            face,
            open: of.open,
            open_list: list_address(None, &[], Some(who)),
            late: of.late,
            late_list: list_address(None, &[Concern::Overdue], Some(who)),
        }
    }
}
