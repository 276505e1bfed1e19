//! Price approvals: quotes that a customer has to accept before work continues.

use jiff::Timestamp;

use super::{ApprovalId, Channel, EmployeeId, Message, Sum, TaskId};

words! {
    /// State of a quote.
    Decision { Asked = "ASKED", Agreed = "AGREED", Declined = "DECLINED", Withdrawn = "WITHDRAWN" }
}

/// A quoted price with its explanation, and the customer's decision.
#[derive(Debug, Clone)]
pub struct Approval {
    pub id: ApprovalId,
    pub task: TaskId,
    /// Employee who sent the quote.
    pub employee: Option<EmployeeId>,
    pub price: Sum,
    pub text: Option<Message>,
    /// Version of the task that this price was set in.
    pub task_version: i64,
    pub asked: Timestamp,
    pub decision: Decision,
    /// Time of the decision; `None` while the quote is [`Decision::Asked`].
    pub decided: Option<Timestamp>,
    /// Channel through which the customer answered, if they did.
    pub channel: Option<Channel>,
    /// The customer declined, and no employee has reacted yet.
    pub unsettled: bool,
}

/// A quote to be sent.
#[derive(Debug, Clone)]
pub struct NewApproval {
    pub price: Sum,
    pub text: Option<Message>,
    pub expected_version: Option<i64>,
}
