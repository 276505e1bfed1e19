//! Events of tasks and of customers' cards, and what follows from them. Pure: `app::events` appends
//! the rows.

use jiff::Timestamp;

use super::{
    ApprovalId, CommentId, Customer, CustomerId, EmployeeId, EventKind, HookEvent, Message, Notice,
    StaffNews, Stage, Status, Subject, Sum, Task, TaskId, TelegramId, TelegramLink,
};

/// An event. Every use case that changes a task or a card passes one to `app::events`.
#[derive(Debug)]
pub enum Event<'a> {
    TaskCreated {
        task: &'a Task,
        stage: &'a Stage,
    },
    /// `number` is the task's number in its original file. Imported comments cause no events of
    /// their own.
    TaskImported {
        task: &'a Task,
        number: &'a str,
        comments: Vec<CommentId>,
    },
    TaskChanged {
        before: &'a Task,
        after: &'a Task,
        notes: Notes,
        /// The notice of the new stage, if it changed and the customer can be notified.
        told: Option<StageNews<'a>>,
    },
    /// `by` is the employee who assigned the task.
    TaskAssigned {
        before: &'a Task,
        after: &'a Task,
        by: EmployeeId,
    },
    TaskDeleted {
        task: &'a Task,
    },
    /// An employee wrote a comment.
    CommentAdded {
        task: &'a Task,
        comment: CommentId,
        /// Set for a message to a customer who can be notified.
        to: Option<Addressee>,
    },
    /// The customer's messages need no reply.
    CommentsSettled {
        task: TaskId,
    },
    /// A customer's message arrived.
    AnswerReceived {
        task: &'a Task,
        comment: CommentId,
    },
    AnswerChanged {
        task: &'a Task,
        before: &'a Message,
        after: &'a Message,
    },
    /// A customer's message was moved from the task `from` to `task`.
    AnswerMoved {
        from: TaskId,
        task: &'a Task,
        comment: CommentId,
    },
    PriceAsked {
        before: &'a Task,
        after: &'a Task,
        notes: Notes,
        approval: ApprovalId,
        to: Option<Addressee>,
    },
    PriceWithdrawn {
        task: TaskId,
        notes: Notes,
    },
    PriceDecided {
        task: &'a Task,
        price: Sum,
        agreed: bool,
    },
    /// The customer is reminded of a task that has been ready for that many days.
    ReminderDue {
        task: TaskId,
        days: u16,
        to: Addressee,
    },
    /// All tasks of a deleted stage are moved to another one, with an entry in each history; nobody
    /// is notified.
    StageMerged {
        from: &'a Stage,
        to: &'a Stage,
    },
    CustomerCreated {
        id: CustomerId,
    },
    CustomerUpdated {
        id: CustomerId,
    },
    /// `tasks` are those that lost their customer, after the change.
    CustomerDeleted {
        id: CustomerId,
        tasks: Vec<(TaskId, Status, i64)>,
    },
}

/// A history entry to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub kind: EventKind,
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Note {
    /// Creates a note of an event with its id, word or sum.
    fn happened(kind: EventKind, what: impl ToString) -> Self {
        let (from, to) = (None, Some(what.to_string()));
        Self { kind, from, to }
    }
}

/// The history entries of one change of a task, in order.
#[derive(Debug, Clone, Default)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Adds a change of a value, unless both values are equal.
    pub fn changed(&mut self, kind: EventKind, from: &str, to: &str) {
        if from != to {
            let (from, to) = (Some(from.to_owned()), Some(to.to_owned()));
            self.0.push(Note { kind, from, to });
        }
    }

    /// Adds a change of an optional value; a missing one is an empty text.
    pub fn changed_maybe<T: ToString>(&mut self, kind: EventKind, from: Option<T>, to: Option<T>) {
        let text = |value: Option<T>| value.map(|value| value.to_string()).unwrap_or_default();
        self.changed(kind, &text(from), &text(to));
    }

    /// Adds an event with its id or sum.
    pub fn happened(&mut self, kind: EventKind, what: impl ToString) {
        self.0.push(Note::happened(kind, what));
    }
}

/// A customer who can be notified, with the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressee {
    pub customer: CustomerId,
    pub chat: TelegramId,
}

impl Addressee {
    /// Returns the customer as an addressee; `None` if nobody can be notified.
    pub fn of(customer: Option<&Customer>) -> Option<Self> {
        let customer = customer?;
        let link = customer.telegram.filter(TelegramLink::reachable)?;
        let (customer, chat) = (customer.id, link.id);
        Some(Self { customer, chat })
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
    /// Returns the history entries.
    pub fn history(&self) -> Vec<(TaskId, Note)> {
        match self {
            Self::TaskCreated { task, stage } => {
                let created = Note::happened(EventKind::Created, stage.status.word());
                let stage = (!stage.is_first())
                    .then(|| Note::happened(EventKind::Stage, stage.name.as_str()));
                std::iter::once(created)
                    .chain(stage)
                    .map(|note| (task.id, note))
                    .collect()
            }
            Self::TaskImported {
                task,
                number,
                comments,
            } => {
                let (from, to) = ((*number).to_owned(), task.status.word().to_owned());
                let comment = |id| (task.id, Note::happened(EventKind::Comment, id));
                let mut notes = one(task.id, EventKind::Imported, Some(from), Some(to));
                notes.extend(comments.iter().map(comment));
                notes
            }
            Self::TaskChanged { after, notes, .. } | Self::PriceAsked { after, notes, .. } => {
                all(after.id, notes)
            }
            Self::PriceWithdrawn { task, notes } => all(*task, notes),
            Self::TaskAssigned { before, after, .. } => {
                let word = |id: Option<EmployeeId>| id.map(|id| id.to_string());
                let (from, to) = (word(before.employee), word(after.employee));
                one(after.id, EventKind::Employee, from, to)
            }
            Self::TaskDeleted { task } => {
                let last = task.status.word().to_owned();
                one(task.id, EventKind::Deleted, Some(last), None)
            }
            Self::CommentAdded { task, comment, .. } => {
                vec![(task.id, Note::happened(EventKind::Comment, comment))]
            }
            Self::CommentsSettled { task } => vec![(*task, Note::happened(EventKind::Settled, ""))],
            Self::AnswerReceived { task, comment } => {
                vec![(task.id, Note::happened(EventKind::Answer, comment))]
            }
            Self::AnswerChanged {
                task,
                before,
                after,
            } => {
                let from = (before != after).then(|| before.as_str().to_owned());
                let to = Some(after.as_str().to_owned());
                one(task.id, EventKind::Edited, from, to)
            }
            Self::AnswerMoved {
                from,
                task,
                comment,
            } => vec![
                (*from, Note::happened(EventKind::Moved, comment)),
                (task.id, Note::happened(EventKind::Answer, comment)),
            ],
            Self::PriceDecided {
                task,
                price,
                agreed,
            } => {
                let kind = match agreed {
                    true => EventKind::Agreed,
                    false => EventKind::Declined,
                };
                vec![(task.id, Note::happened(kind, price.minor()))]
            }
            Self::ReminderDue { task, days, .. } => {
                vec![(*task, Note::happened(EventKind::Reminded, days))]
            }
            // The store writes those of a stage in one statement, as there may be very many.
            Self::StageMerged { .. }
            | Self::CustomerCreated { .. }
            | Self::CustomerUpdated { .. } => Vec::new(),
            Self::CustomerDeleted { id, tasks } => {
                let lost = |(task, ..): &(TaskId, Status, i64)| {
                    one(*task, EventKind::Customer, Some(id.to_string()), None)
                };
                tasks.iter().flat_map(lost).collect()
            }
        }
    }

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
            | Self::TaskDeleted { .. }
            | Self::CommentsSettled { .. }
            | Self::AnswerReceived { .. }
            | Self::AnswerChanged { .. }
            | Self::AnswerMoved { .. }
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
            | Self::TaskDeleted { .. }
            | Self::CommentAdded { .. }
            | Self::CommentsSettled { .. }
            | Self::PriceAsked { .. }
            | Self::PriceWithdrawn { .. }
            | Self::ReminderDue { .. }
            | Self::StageMerged { .. }
            | Self::CustomerCreated { .. }
            | Self::CustomerUpdated { .. }
            | Self::CustomerDeleted { .. } => None,
        }
    }

    /// Returns the events for outgoing webhooks.
    pub fn webhooks(&self) -> Vec<(HookEvent, Subject)> {
        let task = |event, task: &Task| vec![(event, Subject::of(task))];
        let card = |event, id: &CustomerId| vec![(event, Subject::customer(*id))];
        match self {
            Self::TaskCreated { task: new, .. } | Self::TaskImported { task: new, .. } => {
                task(HookEvent::TaskCreated, new)
            }
            Self::TaskChanged { before, after, .. }
            | Self::TaskAssigned { before, after, .. }
            | Self::PriceAsked { before, after, .. } => {
                let events = HookEvent::of_change(before, after).into_iter();
                events.map(|event| (event, Subject::of(after))).collect()
            }
            Self::TaskDeleted { task: last } => task(HookEvent::TaskDeleted, last),
            Self::CommentAdded { task: about, .. } => task(HookEvent::CommentAdded, about),
            Self::AnswerReceived { task: about, .. }
            | Self::AnswerChanged { task: about, .. }
            | Self::AnswerMoved { task: about, .. } => task(HookEvent::AnswerReceived, about),
            Self::PriceDecided { task: about, .. } => task(HookEvent::ApprovalDecided, about),
            Self::CommentsSettled { .. }
            | Self::PriceWithdrawn { .. }
            | Self::ReminderDue { .. }
            | Self::StageMerged { .. } => Vec::new(),
            Self::CustomerCreated { id } => card(HookEvent::CustomerCreated, id),
            Self::CustomerUpdated { id } => card(HookEvent::CustomerUpdated, id),
            Self::CustomerDeleted { id, tasks } => {
                let changed = tasks.iter().map(|(task, status, version)| {
                    let subject = Subject::task(*task, *status, *version);
                    (HookEvent::TaskUpdated, subject)
                });
                changed
                    .chain(card(HookEvent::CustomerDeleted, id))
                    .collect()
            }
        }
    }

    /// Returns the time of the event for webhooks: for an imported task, the time of its creation.
    pub fn instant(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::TaskImported { task, .. } => task.created,
            _ => now,
        }
    }
}

fn one(
    task: TaskId,
    kind: EventKind,
    from: Option<String>,
    to: Option<String>,
) -> Vec<(TaskId, Note)> {
    vec![(task, Note { kind, from, to })]
}

fn all(task: TaskId, notes: &Notes) -> Vec<(TaskId, Note)> {
    let notes = notes.0.iter().cloned();
    notes.map(|note| (task, note)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Category, Description};

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

    #[test]
    fn a_card_that_goes_changes_each_of_its_tasks_first() {
        let (id, first) = (CustomerId::from_row(7), TaskId::from_row(1));
        let tasks = vec![(first, Status::Ready, 3)];
        let event = Event::CustomerDeleted { id, tasks };
        let told = event.webhooks();
        let told: Vec<HookEvent> = told.into_iter().map(|(event, _)| event).collect();
        assert_eq!(told, [HookEvent::TaskUpdated, HookEvent::CustomerDeleted]);
        let (kind, from, to) = (EventKind::Customer, Some("7".to_owned()), None);
        assert_eq!(event.history(), [(first, Note { kind, from, to })]);
    }

    #[test]
    fn what_is_the_same_is_no_change() {
        let mut notes = Notes::default();
        notes.changed(EventKind::Category, "OTHER", "OTHER");
        notes.changed_maybe(EventKind::Due, None::<&str>, None);
        assert!(notes.0.is_empty());
        notes.changed_maybe(EventKind::Due, None, Some("2021-07-25"));
        assert_eq!(notes.0[0].from.as_deref(), Some(""));
    }
}
