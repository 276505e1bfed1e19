//! What a customer is asked to agree to before the work goes on.

use jiff::Timestamp;

use super::{ApprovalId, Channel, EmployeeId, Message, Sum, TaskId};

words! {
    /// What became of a question.
    Decision { Asked = "ASKED", Agreed = "AGREED", Declined = "DECLINED", Withdrawn = "WITHDRAWN" }
}

/// A price with what it is for, as the customer was asked, and the answer.
#[derive(Debug, Clone)]
pub struct Approval {
    pub id: ApprovalId,
    pub task: TaskId,
    /// Who asked.
    pub employee: Option<EmployeeId>,
    pub price: Sum,
    pub text: Option<Message>,
    /// The version that the task had with this price.
    pub task_version: i64,
    pub asked: Timestamp,
    pub decision: Decision,
    /// When it was decided; `None` as long as it is [`Decision::Asked`].
    pub decided: Option<Timestamp>,
    /// By which way the customer answered, where they did.
    pub channel: Option<Channel>,
    /// The customer declined, and nobody of the shop has reacted to it yet.
    pub unsettled: bool,
}

/// A question to be asked.
#[derive(Debug, Clone)]
pub struct NewApproval {
    pub price: Sum,
    pub text: Option<Message>,
    pub expected_version: Option<i64>,
}
