//! Price approvals: quotes that a customer has to accept before work continues.

use jiff::Timestamp;

use super::{
    AgreedLine, ApprovalId, Channel, CustomerId, EmployeeId, Line, Message, Money, TaskId,
};

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
    pub price: Money,
    pub text: Option<Message>,
    /// Version of the task that this price was set in.
    pub task_version: i64,
    pub asked: Timestamp,
    pub decision: Decision,
    /// Time of the decision; `None` while the quote is [`Decision::Asked`].
    pub decided: Option<Timestamp>,
    /// Channel through which the customer answered, if they did.
    pub channel: Option<Channel>,
    /// Customer of the task at the decision, unless deleted since.
    pub customer: Option<CustomerId>,
    /// The customer declined, and no employee has reacted yet.
    pub unsettled: bool,
    /// The lines as the customer saw them; empty for a price alone.
    pub lines: Vec<AgreedLine>,
    /// Discount of the whole task in the price.
    pub discount: Money,
}

impl Approval {
    /// Returns whether a task's customer sees the quote: not one that was withdrawn, nor one that a former customer
    /// has decided.
    pub fn is_shown_to(&self, customer: Option<CustomerId>) -> bool {
        match self.decision {
            Decision::Asked => true,
            Decision::Agreed | Decision::Declined => self.customer == customer,
            Decision::Withdrawn => false,
        }
    }

    /// Returns the text that the customer was shown; a note on an agreement by phone is internal.
    pub fn shown_text(&self) -> Option<&Message> {
        let by_phone = self.channel == Some(Channel::Phone);
        self.text.as_ref().filter(|_| !by_phone)
    }
}

words! {
    /// What a customer said about a line.
    AgreementState {
        NotAsked = "NOT_ASKED", Asked = "ASKED", Agreed = "AGREED", Declined = "DECLINED",
    }
}

impl AgreementState {
    /// Returns what the customer said about a line as it is now; `approvals` are those of its task,
    /// oldest first. A line that was changed since it was shown is not agreed.
    pub fn of(line: &Line, approvals: &[Approval]) -> Self {
        let shows = |approval: &&Approval| {
            let mut lines = approval.lines.iter();
            let shown = lines.find(|shown| shown.line == line.id);
            shown.is_some_and(|shown| line.content.looks_like(shown))
        };
        let said = |approval: &Approval| match approval.decision {
            Decision::Asked => Some(Self::Asked),
            Decision::Agreed => Some(Self::Agreed),
            Decision::Declined => Some(Self::Declined),
            Decision::Withdrawn => None,
        };
        let shown = approvals.iter().rev().filter(shows);
        shown.filter_map(said).next().unwrap_or(Self::NotAsked)
    }
}

/// A quote to be sent.
#[derive(Debug, Clone)]
pub struct NewApproval {
    /// Needed by a task without lines; otherwise it is the sum of the lines.
    pub price: Option<Money>,
    pub text: Option<Message>,
    pub expected_version: Option<i64>,
}
