//! The news of an event: for the customer, and for an employee.

use jiff::Timestamp;

use super::Event;
use crate::domain::{
    Channel, Customer, CustomerId, EmployeeId, Notice, Purpose, Routing, StaffNews, Stage, TaskId,
};

/// A customer who can be notified, with the preferred channel. It is chosen anew when the notice is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressee {
    pub customer: CustomerId,
    pub channel: Channel,
}

impl Addressee {
    /// Returns the customer as an addressee; `None` if no channel reaches them for the purpose.
    pub fn of(customer: Option<&Customer>, purpose: Purpose, routing: &Routing) -> Option<Self> {
        let customer = customer?;
        let channel = routing
            .routes(&customer.contacts(), purpose)
            .into_iter()
            .next()?;
        let customer = customer.id;
        Some(Self { customer, channel })
    }
}

/// The news that a task entered another stage.
#[derive(Debug, Clone, Copy)]
pub struct StageNews<'a> {
    pub to: Addressee,
    pub before: &'a Stage,
    pub after: &'a Stage,
    /// When it is due.
    pub due: Timestamp,
}

/// A customer's notification of an event.
#[derive(Debug, Clone, Copy)]
pub enum CustomerNews<'a> {
    /// May cancel out a waiting notice.
    Stage(TaskId, StageNews<'a>),
    /// Due immediately.
    Notice(Addressee, Notice),
}

impl<'a> Event<'a> {
    /// Returns the customer's notification.
    pub fn customer_news(&self) -> Option<CustomerNews<'a>> {
        let (to, notice) = match *self {
            Self::TaskChanged { after, told, .. } => {
                return told.map(|news| CustomerNews::Stage(after.id, news));
            }
            Self::CommentAdded { task, comment, to } => {
                let task = task.id;
                (to, Notice::Comment { task, comment })
            }
            Self::PriceAsked {
                after,
                approval,
                to,
                ..
            } => {
                let task = after.id;
                (to, Notice::Approval { task, approval })
            }
            Self::ReminderDue { task, to, .. } => (Some(to), Notice::Reminder { task }),
            Self::TaskCreated { .. }
            | Self::TaskImported { .. }
            | Self::TaskAssigned { .. }
            | Self::TaskCustomerChanged { .. }
            | Self::TaskDeleted { .. }
            | Self::CommentsSettled { .. }
            | Self::AnswerReceived { .. }
            | Self::AnswerChanged { .. }
            | Self::AnswerMoved { .. }
            | Self::LinesChanged { .. }
            | Self::PaymentRecorded { .. }
            | Self::AgreedByPhone { .. }
            | Self::PriceWithdrawn { .. }
            | Self::PriceDecided { .. }
            | Self::StageMerged { .. }
            | Self::CustomerCreated { .. }
            | Self::CustomerUpdated { .. }
            | Self::CustomerDeleted { .. } => return None,
        };
        to.map(|to| CustomerNews::Notice(to, notice))
    }

    /// Returns the notification of an employee. Nobody is notified of their own actions.
    pub fn staff_news(&self) -> Option<(EmployeeId, StaffNews)> {
        match self {
            Self::TaskAssigned { after, by, .. } => {
                let employee = after.employee.filter(|employee| employee != by)?;
                Some((employee, StaffNews::NewTask(after.id)))
            }
            Self::AnswerReceived { task, .. }
            | Self::AnswerChanged { task, .. }
            | Self::AnswerMoved { task, .. }
            | Self::PriceDecided { task, .. } => {
                Some((task.employee?, StaffNews::Answered(task.id)))
            }
            Self::TaskCreated { .. }
            | Self::TaskImported { .. }
            | Self::TaskChanged { .. }
            | Self::TaskCustomerChanged { .. }
            | Self::TaskDeleted { .. }
            | Self::CommentAdded { .. }
            | Self::CommentsSettled { .. }
            | Self::PriceAsked { .. }
            | Self::LinesChanged { .. }
            | Self::PaymentRecorded { .. }
            | Self::AgreedByPhone { .. }
            | Self::PriceWithdrawn { .. }
            | Self::ReminderDue { .. }
            | Self::StageMerged { .. }
            | Self::CustomerCreated { .. }
            | Self::CustomerUpdated { .. }
            | Self::CustomerDeleted { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Category, Description, Status, Task};

    fn task(employee: Option<EmployeeId>) -> Task {
        let nothing = Description::parse("d", "").unwrap();
        let stage = Stage::plain(Status::Accepted);
        let now = Timestamp::UNIX_EPOCH;
        Task::new(None, employee, Category::Other, &stage, nothing, now)
    }

    #[test]
    fn nobody_is_told_of_a_task_that_they_took_themselves() {
        let (me, other) = (EmployeeId::from_row(1), EmployeeId::from_row(2));
        let before = task(None);
        for (after, by, told) in [
            (Some(me), me, None),
            (None, me, None),
            (Some(other), me, Some(other)),
        ] {
            let after = task(after);
            let (before, after) = (&before, &after);
            let event = Event::TaskAssigned { before, after, by };
            assert_eq!(event.staff_news().map(|(employee, _)| employee), told);
        }
    }
}
