//! What messages to customers are rendered from.

use super::MessagePurpose;
use crate::domain::{AgreedLine, Day, Details, Money, Stage, Status, Task};

/// What is known about a task when a message about it is rendered.
#[derive(Debug, Clone)]
pub struct MessageFacts {
    pub purpose: MessagePurpose,
    /// The number that customers know.
    pub number: i64,
    /// Empty when no device is noted.
    pub device: String,
    /// Shorter names of it, the longest first: without its kind, and the model alone.
    pub short_devices: Vec<String>,
    pub status: Status,
    /// `None` once the stage is deleted: the status has a name as well.
    pub stage: Option<Stage>,
    /// The price, or that of the quote.
    pub sum: Option<Money>,
    pub paid: Money,
    pub to_pay: Option<Money>,
    pub due: Option<Day>,
    pub since: Option<Day>,
    pub warranty: Option<Day>,
    /// What an employee wrote; empty for nothing.
    pub text: String,
    /// Whether files were sent with it, which the customer sees on the status page.
    pub has_files: bool,
    /// The lines of a quote; empty for a price alone.
    pub lines: Vec<AgreedLine>,
    pub discount: Money,
    pub link: Option<String>,
}

impl MessageFacts {
    /// Returns what is known of a task on a day, with the day on which it became ready.
    pub fn of(
        purpose: MessagePurpose,
        task: &Task,
        details: &Details,
        today: Day,
        since: Option<Day>,
    ) -> Self {
        Self {
            purpose,
            number: task.id.get(),
            device: details.device.title(),
            short_devices: details.device.short_titles(),
            status: task.status,
            stage: None,
            sum: details.price(),
            paid: details.paid(),
            to_pay: details.to_pay(),
            due: task.due.filter(|due| *due >= today),
            since,
            warranty: details.warranty_until.filter(|end| *end >= today),
            text: String::new(),
            has_files: false,
            lines: Vec::new(),
            discount: Money::ZERO,
            link: None,
        }
    }

    /// Returns the facts of a task that enters a stage.
    pub fn in_stage(self, stage: Stage) -> Self {
        Self {
            status: stage.status,
            stage: Some(stage),
            ..self
        }
    }
}
