//! Facts of a task, each of which is edited where it stands.

use warp::http::StatusCode;
use warp::reply::Response;

use super::draft::{TaskForm, edit_fields};
use super::edit::collision;
use super::one::show_open;
use super::talk::ConversationForm;
use super::{choices, task_id};
use crate::app::edits::{self, Saved};
use crate::app::last_edits::LastEdit;
use crate::domain::{
    Details, DetailsChange, DeviceField, Employee, EmployeeId, Error, Result, Task, TaskChange,
    TaskId,
};
use crate::store::Transaction;
use crate::store::tasks::TaskRow;
use crate::web::edited::{Collision, Edited, Input};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The responsible employee, who isn't in the form of the whole task.
const EMPLOYEE: &str = "employee";
/// Facts in the head of the sheet.
const HEAD: [&str; 3] = ["place", "dueOn", EMPLOYEE];

/// A field whose form is open, with what came back from the server if it was sent.
#[derive(Default)]
pub struct Open {
    /// Name of the field; for a field of a line, after the id of the line and a dot.
    pub field: String,
    /// The submitted value; `None` for a form that was just opened.
    pub mine: Option<String>,
    /// Whether a colleague has changed the field meanwhile.
    pub clash: bool,
    /// Whether the person chose their own value.
    pub takes_mine: bool,
    pub errors: Errors,
}

impl Open {
    /// Returns the field that the URL opens.
    pub fn asked(visit: &Visit) -> Self {
        Self {
            field: visit.parameter("edit").unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }

    /// Returns a submitted field to be shown again.
    pub fn again(visit: &Visit, field: String, mine: String, mut errors: Errors) -> Self {
        let name = field.rsplit('.').next().unwrap_or(&field);
        let choice = visit.typed(&format!("take.{name}"));
        let is_answer = visit.sent("asked").is_some();
        if is_answer && choice.is_empty() {
            errors.add_text(CHOICE, visit.texts.s("conflict-choose"));
        }
        Self {
            mine: Some(mine),
            takes_mine: choice == "mine",
            clash: is_answer || !errors.any(),
            errors,
            field,
        }
    }

    /// Returns the form of a field that is stored like this, with its address.
    pub fn form(&self, stored: Collision, action: String, cancel: String) -> FieldForm {
        let mine = self.mine.clone().unwrap_or_else(|| stored.theirs.clone());
        let of_field = self.errors.of(stored.field);
        let error = of_field.or_else(|| self.errors.of_form([stored.field]));
        FieldForm {
            key: self.field.clone(),
            action,
            cancel,
            clash: self.clash,
            takes_mine: self.takes_mine,
            error: error.map(str::to_owned),
            of: Collision { mine, ..stored },
        }
    }
}

/// Name under which a missing choice is reported.
const CHOICE: &str = "take";

/// The form of one field.
pub struct FieldForm {
    /// The field as the URL opens it.
    pub key: String,
    pub action: String,
    pub cancel: String,
    pub of: Collision,
    pub clash: bool,
    pub takes_mine: bool,
    pub error: Option<String>,
}

/// A fact: label, value and remarks.
pub struct Fact {
    pub field: &'static str,
    pub name: String,
    pub value: String,
    pub warning: Option<String>,
    pub praise: Option<String>,
    pub form: Option<FieldForm>,
}

/// The facts of a task, in their order on the sheet.
pub struct Facts {
    pub place: Fact,
    pub due: Fact,
    pub employee: Fact,
    pub list: Vec<Fact>,
}

/// Returns the fields that are edited one by one: those of the form of the whole task but the
/// status, which has its own button, and the employee.
fn fields() -> impl Iterator<Item = &'static str> {
    let all = edit_fields().into_iter().chain([EMPLOYEE]);
    all.filter(|field| *field != "status")
}

impl Facts {
    pub fn new(
        (row, details): &(TaskRow, Details),
        employees: &[Employee],
        open: &Open,
        texts: &Texts,
    ) -> Self {
        let task = &row.task;
        let stored = TaskForm::of(task, details, texts);
        let fact = |field: &'static str| {
            let of = match field {
                EMPLOYEE => chosen(task.employee, employees, texts),
                field => collision(field, &stored, (task, details), texts),
            };
            let sheet = format!("/tasks/{}", task.id);
            let is_open = open.field == field;
            Fact {
                field,
                name: of.label.clone(),
                value: of.theirs_read.clone(),
                warning: warning(field, task, details, texts),
                praise: (field == DeviceField::Serial.name() && details.device.is_imei())
                    .then(|| texts.s("sheet-imei-valid")),
                form: is_open.then(|| {
                    let cancel = format!("{sheet}#f-{field}");
                    open.form(of, format!("{sheet}/facts"), cancel)
                }),
            }
        };
        // The price of a task with lines is their sum.
        let has_lines = details.account.lines.is_some();
        let is_listed = |field: &&str| !(HEAD.contains(field) || has_lines && *field == "price");
        Self {
            place: fact("place"),
            due: fact("dueOn"),
            employee: fact(EMPLOYEE),
            list: fields().filter(is_listed).map(fact).collect(),
        }
    }
}

/// Describes the responsible employee as a field.
fn chosen(employee: Option<EmployeeId>, employees: &[Employee], texts: &Texts) -> Collision {
    let options = choices(employees, employee);
    let name = options.iter().find(|option| option.chosen);
    let name = name.map_or_else(String::new, |option| option.name.clone());
    let none = (String::new(), texts.s("task-employee-none"));
    let all = options
        .iter()
        .map(|one| (one.id.to_string(), one.name.clone()));
    let stored = employee.map(|id| id.to_string()).unwrap_or_default();
    Collision {
        field: EMPLOYEE,
        label: texts.s("tasks-employee"),
        input: Input::Choice(std::iter::once(none).chain(all).collect()),
        mine: stored.clone(),
        theirs: stored,
        theirs_read: name,
    }
}

fn warning(field: &str, task: &Task, details: &Details, texts: &Texts) -> Option<String> {
    let today = texts.today();
    let over = details.warranty_until.is_some_and(|until| until < today);
    let id = match field {
        "serialNumber" if details.device.is_imei_mistyped() => "device-serial-suspicious",
        "dueOn" if task.is_overdue(today) => "task-overdue",
        "warrantyEndsOn" if over => "task-warranty-over",
        _ => return None,
    };
    Some(texts.s(id))
}

/// Saves one field, unless a colleague has changed it since the form was loaded.
pub async fn save(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let field = fields().find(|field| *field == visit.typed("field"));
    let field = field.ok_or(Error::NotFound)?;
    let (edited, mut errors) = (Edited::read(visit), Errors::default());
    let saved = match field {
        EMPLOYEE => errors.take(employee(visit, id, &edited).await, &visit.texts)?,
        field => text(visit, id, field, &edited, &mut errors).await?,
    };
    match saved {
        Some(saved) if saved.collided.is_empty() => {
            let (was, now) = saved.now;
            done(visit, id, None, field, (was, now))
        }
        saved => {
            let status = match saved {
                Some(_) => StatusCode::CONFLICT,
                None => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let mine = visit.typed(field).to_owned();
            let open = Open::again(visit, field.to_owned(), mine, errors);
            let talk = ConversationForm::default();
            show_open(visit, &id.to_string(), status, talk, open).await
        }
    }
}

/// The values of a field before and after its save.
type Values = (String, String);

async fn employee(visit: &Visit, id: TaskId, edited: &Edited<'_>) -> Result<Saved<Values>> {
    let (actor, now) = (visit.actor()?, visit.desk.clock.now());
    let parse = |text: &str| match text {
        "" => Ok(None),
        id => EmployeeId::parse(EMPLOYEE, id).map(Some),
    };
    let typed = edited.typed(EMPLOYEE).map(parse).transpose()?;
    let shown = edited.shown(EMPLOYEE).and_then(|id| parse(id).ok());
    let edit = edited.edit(typed, shown);
    let work = move |tx: &Transaction<'_>| {
        let was = crate::app::tasks::get(tx, &actor, id)?.task.employee;
        Ok((was, edits::employee(tx, &actor, id, edit, now)?))
    };
    let (was, saved) = visit.desk.db.write(work).await?;
    let text = |id: Option<EmployeeId>| id.map(|id| id.to_string()).unwrap_or_default();
    let values = (text(was), text(saved.now.task.employee));
    Ok(saved.with(values))
}

/// Saves a field of the form of the whole task; `None` when the value is invalid.
async fn text(
    visit: &Visit,
    id: TaskId,
    field: &'static str,
    edited: &Edited<'_>,
    errors: &mut Errors,
) -> Result<Option<Saved<Values>>> {
    let actor = visit.actor()?;
    let only = |name: &str| name == field;
    let draft = TaskForm::read(|name| edited.typed(name).filter(|_| only(name)));
    let Some(typed) = draft.change(visit, errors)? else {
        return Ok(None);
    };
    let shown = TaskForm::read(|name| edited.shown(name).filter(|_| only(name)));
    let shown = shown.change(visit, &mut Errors::default())?;
    let edit = edited.edit(typed, shown.unwrap_or_else(TaskChange::default));
    let (shop, now) = (visit.desk.shop(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let before = edits::whole(tx, &actor, id)?;
        Ok((before, edits::task(tx, &shop, &actor, id, edit, now)?))
    };
    let written = errors.take(visit.desk.db.write(work).await, &visit.texts)?;
    let value = |(row, details): (&TaskRow, &Details)| {
        TaskForm::of(&row.task, details, &visit.texts).value(field)
    };
    Ok(written.map(|((row, details), saved)| {
        let now = value((&saved.now.1, &saved.now.2));
        saved.with((value((&row, &details)), now))
    }))
}

/// Redirects to the sheet, which offers to undo a change.
pub fn done(
    visit: &Visit,
    id: TaskId,
    line: Option<i64>,
    field: &'static str,
    (was, now): (String, String),
) -> Result<Response> {
    let place = match line {
        None => format!("f-{field}"),
        Some(_) => "lines".to_owned(),
    };
    if was == now {
        return Ok(visit.go(&format!("/tasks/{id}#{place}")));
    }
    let is_undo = !visit.typed("undo").is_empty();
    let edit = LastEdit {
        task: id,
        line,
        field,
        was,
        now,
        at: visit.desk.clock.now(),
    };
    visit.desk.last_edits.put(&visit.actor()?, edit);
    let said = if is_undo { "undone" } else { "saved" };
    Ok(visit.go(&format!("/tasks/{id}?{said}={field}#{place}")))
}

/// Takes what is unknown about the device from an earlier visit of the same one.
pub async fn fill(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, task_id(id)?);
    let from = task_id(visit.typed("from"))?;
    let (shop, now) = (visit.desk.shop(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let ((_, here), (_, there)) = (
            edits::whole(tx, &actor, id)?,
            edits::whole(tx, &actor, from)?,
        );
        let change = TaskChange {
            details: DetailsChange {
                device: here.device.missing_from(&there.device),
                ..DetailsChange::default()
            },
            ..TaskChange::default()
        };
        crate::app::tasks::update(tx, &shop, &actor, id, &change, now)
    };
    visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/tasks/{id}#facts")))
}
