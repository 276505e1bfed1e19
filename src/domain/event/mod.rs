//! Events of tasks and of customers' cards, and what follows from them. Pure: `app::events` appends
//! the rows.

mod history;
mod news;
mod webhooks;

use super::{
    ApprovalId, CommentId, CustomerId, EmployeeId, Entry, Message, Money, PaymentId, Stage, Status,
    Task, TaskId,
};

pub use history::{Note, Notes};
pub use news::{Addressee, CustomerNews, StageNews};

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
    /// The task is another customer's. `notes` is what was withdrawn with it.
    TaskCustomerChanged {
        before: &'a Task,
        after: &'a Task,
        notes: Notes,
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
        comment: CommentId,
        before: &'a Message,
        after: &'a Message,
    },
    /// A customer's message was moved from the task `from` to `task`.
    AnswerMoved {
        from: TaskId,
        task: &'a Task,
        comment: CommentId,
    },
    /// The lines or the discount of a task changed.
    LinesChanged {
        before: &'a Task,
        after: &'a Task,
        notes: Notes,
    },
    /// A row about a task was appended to the ledger.
    PaymentRecorded {
        task: &'a Task,
        entry: &'a Entry,
        payment: PaymentId,
    },
    PriceAsked {
        before: &'a Task,
        after: &'a Task,
        notes: Notes,
        approval: ApprovalId,
        to: Option<Addressee>,
    },
    /// An employee recorded what the customer said by phone.
    AgreedByPhone {
        before: &'a Task,
        after: &'a Task,
        notes: Notes,
        approval: ApprovalId,
    },
    PriceWithdrawn {
        task: &'a Task,
        notes: Notes,
    },
    PriceDecided {
        task: &'a Task,
        approval: ApprovalId,
        price: Money,
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
    /// `changed` names the fields of the card.
    CustomerUpdated {
        id: CustomerId,
        changed: Vec<&'static str>,
    },
    /// `tasks` are those that lost their customer, after the change.
    CustomerDeleted {
        id: CustomerId,
        tasks: Vec<(TaskId, Status, i64)>,
    },
}
