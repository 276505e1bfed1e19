//! Rendering of notifications for employees, at the time of sending. They contain no phone and no
//! name of a customer: every line links to the desk instead.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::email_stops::{self, AddressDigest};
use crate::app::security::link_key::LinkKey;
use crate::app::status_links::Links;
use crate::channels::html;
use crate::domain::{
    Buttons, Chat, Day, Email, Employee, Language, Messenger, Reply, Result, Role, Shop, StaffNews,
    Status, TaskFilter, TaskId, Urgency,
};
use crate::i18n;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection};

/// Maximum number of tasks in a message.
const LINES: usize = 30;
/// Maximum length of the lines in a message at MAX, in characters: a message has at most 4,000 there with its markup. In
/// Telegram it has 4,096 without its markup, which [`LINES`] never exceed.
const LENGTH: usize = 3_700;
/// Maximum length of a device's name, in characters.
const DEVICE: usize = 60;

/// Returns the shop as it is now.
pub type ShopNow = dyn Fn() -> Shop + Send + Sync;

/// Returns what makes the status links in messages, as it is now.
pub type LinksNow = dyn Fn() -> Links + Send + Sync;

/// Settings for rendering.
pub struct StaffTexts {
    pub shop: Arc<ShopNow>,
    pub links: Arc<LinksNow>,
    /// Key of the links by which people end e-mail.
    pub key: LinkKey,
    /// Public URL, without a trailing slash.
    pub public_url: String,
}

impl StaffTexts {
    pub(super) fn shop(&self) -> Shop {
        (self.shop)()
    }

    /// Returns what makes the status links in messages.
    pub(super) fn links(&self) -> Links {
        (self.links)()
    }

    /// Returns the URL by which a person asks for no more e-mail.
    pub(super) fn email_stop_url(&self, to: &Email) -> String {
        email_stops::stop_url(&self.key, &self.public_url, to)
    }

    /// Returns whether a person has asked for no more e-mail.
    pub(super) fn is_email_stopped(&self, connection: &Connection, to: &Email) -> Result<bool> {
        email_stops::is_stopped(connection, AddressDigest::new(&self.key, to))
    }

    /// Renders a notification for a chat; `None` when there is nothing to say any more, or when the
    /// chat belongs to no employee.
    pub(super) fn find(
        &self,
        connection: &Connection,
        chat: Chat,
        news: StaffNews,
        now: Timestamp,
    ) -> Result<Option<Reply>> {
        let Some(employee) = store::employees::by_chat(connection, chat)? else {
            return Ok(None);
        };
        let text = match news {
            StaffNews::NewTask(id) => {
                self.of_task(connection, &employee, id, "staff-bot-new-task")?
            }
            StaffNews::Answered(id) => {
                self.of_task(connection, &employee, id, "staff-bot-answered")?
            }
            StaffNews::OffsiteLate => self.offsite_late(connection, &employee, now)?,
            StaffNews::Morning => self.list(connection, &employee, chat.messenger, now)?,
            StaffNews::Today => {
                let none = || i18n::text(self.language(&employee), "staff-bot-nothing");
                Some(
                    self.list(connection, &employee, chat.messenger, now)?
                        .unwrap_or_else(none),
                )
            }
        };
        Ok(text.map(|text| Reply::new(text, Buttons::None)))
    }

    /// Returns whether a text contains a URL of the desk. A preview would fetch a private page, or
    /// show the sign-in form.
    pub(super) fn name_the_desk(&self, html: &str) -> bool {
        let (_, place) = self.public_url.split_once("://").unwrap_or_default();
        !place.is_empty()
            && html
                .to_lowercase()
                .contains(&self::html(place).to_lowercase())
    }

    fn language(&self, employee: &Employee) -> Language {
        employee.language.unwrap_or(self.shop().language)
    }

    /// Says that there is no new copy on another machine, as long as that is so and the employee is an owner.
    fn offsite_late(
        &self,
        connection: &Connection,
        employee: &Employee,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let known = store::offsite::attempts(connection, now)?;
        if !known.is_late(now, &self.shop().timezone) || employee.role != Role::Owner {
            return Ok(None);
        }
        let language = self.language(employee);
        let trouble = known.last.and_then(|last| last.outcome.err());
        let why = trouble.map_or_else(String::new, |trouble| i18n::offsite(language, &trouble));
        let url = html(&format!("{}/settings/offsite", self.public_url));
        let args = [("why", html(&why).into()), ("url", url.into())];
        Ok(Some(i18n::text_with(language, "staff-bot-offsite", args)))
    }

    /// Renders news of a task, as long as it is assigned to the employee.
    fn of_task(
        &self,
        connection: &Connection,
        employee: &Employee,
        id: TaskId,
        sentence: &str,
    ) -> Result<Option<String>> {
        let row = store::tasks::get(connection, id)?;
        let Some(row) = row.filter(|row| row.task.employee == Some(employee.id)) else {
            return Ok(None);
        };
        let language = self.language(employee);
        let devices = store::details::of_tasks(connection, &[id])?;
        let device = devices.get(&id).map(|details| details.device.title());
        let line = self.line(&row, device.as_deref(), language);
        let args = [("task", line.into())];
        Ok(Some(i18n::text_with(language, sentence, args)))
    }

    /// Lists the employee's open tasks, most urgent first.
    fn list(
        &self,
        connection: &Connection,
        employee: &Employee,
        messenger: Messenger,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let today = Day::of(now, &self.shop().timezone);
        let filter = TaskFilter {
            employee: Some(employee.id),
            statuses: Status::OPEN.to_vec(),
            ..TaskFilter::default()
        };
        let rows = store::tasks::list(connection, &filter)?;
        let urgent = |row: TaskRow| Some((Urgency::of(&row.task, today)?, row));
        let mut rows: Vec<_> = rows.into_iter().filter_map(urgent).collect();
        // Tasks without a due date come last in their group.
        rows.sort_by_key(|(urgency, row)| (*urgency, row.task.due.is_none(), row.task.due));
        if rows.is_empty() {
            return Ok(None);
        }
        let language = self.language(employee);
        let all = rows.len();
        rows.truncate(LINES);
        let ids: Vec<TaskId> = rows.iter().map(|(_, row)| row.task.id).collect();
        let devices = store::details::of_tasks(connection, &ids)?;
        let mut text = i18n::text(language, "staff-bot-list");
        let (mut under, mut shown) = (None, 0);
        for (urgency, row) in &rows {
            let mut next = String::new();
            if under.replace(*urgency) != Some(*urgency) {
                next += &format!("\n\n<b>{}</b>", heading(*urgency, language));
            }
            let device = devices
                .get(&row.task.id)
                .map(|details| details.device.title());
            next += &format!("\n{}", self.line(row, device.as_deref(), language));
            let length = text.chars().count() + next.chars().count();
            if messenger == Messenger::Max && length > LENGTH {
                break;
            }
            text += &next;
            shown += 1;
        }
        let more = all - shown;
        if more > 0 {
            let args = [("count", more.into())];
            let more = i18n::text_with(language, "staff-bot-more", args);
            let url = html(&self.public_url);
            text += &format!("\n\n<a href=\"{url}/\">{more}</a>");
        }
        Ok(Some(text))
    }

    fn line(&self, row: &TaskRow, device: Option<&str>, language: Language) -> String {
        let task = &row.task;
        let number = [("number", task.id.to_string().into())];
        let number = i18n::text_with(language, "staff-bot-number", number);
        let url = html(&format!("{}/tasks/{}", self.public_url, task.id));
        let mut parts = vec![
            format!("<a href=\"{url}\">{number}</a>"),
            i18n::category(language, task.category),
        ];
        if let Some(device) = device.filter(|device| !device.is_empty()) {
            let device: String = device.chars().take(DEVICE).collect();
            parts.push(html(&device));
        }
        if let Some(due) = task.due {
            let args = [("day", i18n::day(language, due).into())];
            parts.push(i18n::text_with(language, "staff-bot-due", args));
        }
        parts.join(" · ")
    }
}

fn heading(urgency: Urgency, language: Language) -> String {
    i18n::text(
        language,
        match urgency {
            Urgency::Overdue => "staff-bot-overdue",
            Urgency::DueToday => "staff-bot-due-today",
            Urgency::Ready => "staff-bot-ready",
            Urgency::Open => "staff-bot-open",
        },
    )
}
