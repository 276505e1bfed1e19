//! Registration of a new task, beginning with the phone.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::draft::TaskForm;
use super::{CustomerLine, TaskListItem, get_whole, of_customer, task_id};
use crate::app;
use crate::app::suggestions::Suggestions;
use crate::domain::{
    Category, Details, Device, DeviceField, Error, Name, NewTask, Phone, Problem, Result,
    ShortText, Span, TaskFilter, TaskId, TaskOrder,
};
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Maximum number of a customer's or device's earlier tasks shown beside the form.
const LAST: usize = 5;

impl NewPage<'_> {
    /// Returns whether a field has suggestions.
    fn suggests(&self, of: DeviceField) -> bool {
        let mut fields = self.suggestions.iter();
        fields.any(|(field, words)| *field == of && !words.is_empty())
    }
}

#[derive(Template)]
#[template(path = "new-task.html")]
struct NewPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    draft: TaskForm,
    known: PhoneLookup,
    device: KnownDevice,
    /// Usual values of the device's fields.
    suggestions: Suggestions,
    /// State of the warranty under which the device comes back.
    warranty: Option<String>,
    /// The field to focus.
    focus: &'a str,
}

/// The known facts about a phone while a task is being registered.
#[derive(Default)]
pub struct PhoneLookup {
    /// Whether the phone was looked up.
    pub looked: bool,
    /// Whether the phone fits no numbering plan.
    pub unusual: bool,
    pub customer: Option<CustomerLine>,
    pub last: Vec<TaskListItem>,
}

/// Looks up the customer with a phone, and their last tasks.
///
/// # Errors
/// [`Error::Invalid`] for an invalid phone.
pub async fn look_up(visit: &Visit, phone: &str) -> Result<PhoneLookup> {
    let actor = visit.actor()?;
    let phone = Phone::parse("phone", phone, visit.desk.shop().country)?;
    let unusual = phone.is_unusual();
    let work = move |c: &_| {
        let customer = app::customers::by_phone(c, &actor, &phone)?;
        let last = match &customer {
            Some(customer) => {
                let filter = of_customer(customer);
                app::tasks::page(
                    c,
                    &actor,
                    &filter,
                    TaskOrder::Newest,
                    Span::first(None, LAST),
                )?
            }
            None => Vec::new(),
        };
        Ok((customer, app::details::join(c, &actor, last)?))
    };
    let (customer, last) = visit.desk.db.read(work).await?;
    Ok(PhoneLookup {
        looked: true,
        unusual,
        customer: customer.map(|customer| CustomerLine::new(Some(&customer), &visit.texts)),
        last: TaskListItem::all(&last, &visit.texts),
    })
}

/// The known facts about a serial number while a task is being registered.
pub struct KnownDevice {
    /// Whether it looks like a mistyped IMEI.
    pub suspicious: bool,
    pub last: Vec<TaskListItem>,
}

/// Looks up the last tasks of a serial number.
async fn look_up_device(visit: &Visit, serial: &str) -> Result<KnownDevice> {
    let actor = visit.actor()?;
    let device = Device {
        serial: ShortText::from_row(serial.to_owned()),
        ..Device::default()
    };
    let filter = TaskFilter {
        serial: Some(device.serial_key()),
        ..TaskFilter::default()
    };
    let work = move |c: &_| {
        let last = app::tasks::page(
            c,
            &actor,
            &filter,
            TaskOrder::Newest,
            Span::first(None, LAST),
        )?;
        app::details::join(c, &actor, last)
    };
    let last = visit.desk.db.read(work).await?;
    Ok(KnownDevice {
        suspicious: device.is_imei_mistyped(),
        last: TaskListItem::all(&last, &visit.texts),
    })
}

/// The same as a page fragment, for the script on the form of a new task.
#[derive(Template)]
#[template(path = "known-device.html")]
struct KnownDevicePart<'a> {
    visit: &'a Visit,
    device: KnownDevice,
}

pub async fn known_device(visit: &Visit) -> Result<Response> {
    let serial = visit.parameter("serialNumber").unwrap_or_default();
    let device = look_up_device(visit, serial).await?;
    visit.page(&KnownDevicePart { visit, device })
}

pub async fn new(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    let draft = match visit.parameter("warranty") {
        Some(of) => under_warranty(visit, task_id(of)?).await?,
        None => TaskForm::of_phone(visit.parameter("phone").unwrap_or_default()),
    };
    show_new(visit, StatusCode::OK, Errors::default(), draft, "phone").await
}

/// Returns a form prefilled with the customer and the device of an earlier task.
async fn under_warranty(visit: &Visit, of: TaskId) -> Result<TaskForm> {
    let (row, details) = get_whole(visit, of).await?;
    let phone = row
        .customer
        .as_ref()
        .map(|customer| customer.phone.formatted());
    let phone = phone.unwrap_or_default();
    Ok(TaskForm::under_warranty(of, &phone, &details.device))
}

async fn show_new(
    visit: &Visit,
    status: StatusCode,
    mut errors: Errors,
    draft: TaskForm,
    focus: &str,
) -> Result<Response> {
    let known = match draft.phone.is_empty() {
        true => None,
        false => errors.take(look_up(visit, &draft.phone).await, &visit.texts)?,
    };
    let known = known.unwrap_or_default();
    let device = look_up_device(visit, draft.detail("serialNumber")).await?;
    let actor = visit.actor()?;
    let read = move |c: &_| app::suggestions::of_devices(c, &actor);
    let suggestions = visit.desk.db.read(read).await?;
    let warranty = match draft.detail("warrantyOfId") {
        "" => None,
        of => errors.take(warranty(visit, of).await, &visit.texts)?,
    };
    visit.page_as(
        status,
        &NewPage {
            visit,
            current: "tasks",
            errors,
            draft,
            known,
            device,
            suggestions,
            warranty,
            focus,
        },
    )
}

async fn warranty(visit: &Visit, of: &str) -> Result<String> {
    let of = TaskId::parse("warrantyOfId", of)?;
    match get_whole(visit, of).await {
        Ok((_, details)) => Ok(warranty_line(of, &details, &visit.texts)),
        Err(Error::NotFound) => Err(Problem::NoSuchTask.at("warrantyOfId").into()),
        Err(error) => Err(error),
    }
}

/// Describes whether the warranty of a task is still valid.
fn warranty_line(of: TaskId, details: &Details, texts: &Texts) -> String {
    let (id, day) = match details.warranty_until {
        None => ("new-warranty-unknown", String::new()),
        Some(until) if until < texts.today() => ("new-warranty-over", texts.date(&until)),
        Some(until) => ("new-warranty-holds", texts.date(&until)),
    };
    texts.fill2(id, "number", of, "day", day)
}

/// Handles a button of the form that creates nothing: the look-up beside a phone or a serial number,
/// or "the same device" of an earlier task. Everything typed stays. Enter presses neither: it creates
/// the task.
async fn fill_in(visit: &Visit, draft: &mut TaskForm) -> Result<Option<&'static str>> {
    if let Ok(of) = TaskId::parse("again", visit.typed("again")) {
        match get_whole(visit, of).await {
            Ok((_, details)) => draft.fill_in(&details.device),
            // A colleague has just deleted it.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
        return Ok(Some("description"));
    }
    let checks = !visit.typed("check").is_empty();
    Ok(checks.then_some("phone"))
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let mut draft = TaskForm::read(|field| visit.sent(field));
    let mut errors = Errors::default();
    if let Some(focus) = fill_in(visit, &mut draft).await? {
        return show_new(visit, StatusCode::OK, errors, draft, focus).await;
    }
    let again = StatusCode::UNPROCESSABLE_ENTITY;
    let texts = &visit.texts;
    let country = visit.desk.shop().country;
    let phone = errors.take(Phone::parse("phone", &draft.phone, country), texts)?;
    let name = errors.take(Name::parse("name", &draft.name), texts)?;
    let deposit = draft.deposit(visit, &mut errors)?;
    let said = draft.change(visit, &mut errors)?;
    let (Some(customer_phone), Some(customer_name), Some(said)) = (phone, name, said) else {
        return show_new(visit, again, errors, draft, "phone").await;
    };
    let new = NewTask {
        customer_phone,
        customer_name,
        category: draft.category.unwrap_or(Category::Other),
        status: draft.status,
        stage: None,
        description: said.description.unwrap_or_default(),
        due: said.due.flatten(),
        remind: true,
        details: said.details.apply(Details::default()),
        deposit,
    };
    let prints = !visit.typed("print").is_empty();
    let (post, now, links) = (visit.post(), visit.desk.clock.now(), visit.desk.links());
    let work = move |tx: &Transaction<'_>| {
        let make = || Ok(app::tasks::create(tx, &actor, &new, now)?.task.id.get());
        let id = app::posts::once(tx, post, now, make)?;
        if prints {
            // The receipt has the customer's link.
            app::status_links::make(tx, &actor, &links, TaskId::from_row(id), now)?;
        }
        Ok(id)
    };
    match visit.desk.db.write(work).await {
        Ok(id) if prints => Ok(visit.go(&format!("/tasks/{id}/receipt?print=1"))),
        Ok(id) => Ok(visit.go(&format!("/tasks/{id}"))),
        Err(error) => {
            errors.add(error, texts)?;
            show_new(visit, again, errors, draft, "phone").await
        }
    }
}
