//! How far a task is, as the contract of the API has it.

words! {
    /// How far a task is.
    Status { Accepted = "ACCEPTED", InProgress = "IN_PROGRESS", Ready = "READY", Closed = "CLOSED" }
}

impl Status {
    /// Those in which the shop has still something to do.
    pub const UNDONE: [Self; 2] = [Self::Accepted, Self::InProgress];
    /// Those in which it is not over yet.
    pub const OPEN: [Self; 3] = [Self::Accepted, Self::InProgress, Self::Ready];
}
