//! The ledger of payments, the drawers and their shifts.

use jiff::Timestamp;

use super::letters::fold;
use super::{DrawerId, EmployeeId, Money, PaymentId, Problem, Result, ShiftId, ShortText, TaskId};

/// Maximum number of drawers of a shop.
pub const MOST_DRAWERS: usize = 20;

words! {
    /// Kind of a row of the ledger.
    PaymentKind {
        Payment = "PAYMENT", Refund = "REFUND", CashIn = "CASH_IN", CashOut = "CASH_OUT",
        Reversal = "REVERSAL",
    }
}
words! {
    /// Method of payment. `Instant` is a transfer by phone number or QR code (in Russia, SBP).
    Method {
        Cash = "CASH", Card = "CARD", Transfer = "TRANSFER", Instant = "INSTANT", Other = "OTHER",
    }
}

/// A note on a payment.
pub type PaymentNote = ShortText<500>;
/// Number of a fiscal receipt, as the cash register prints it.
pub type FiscalNumber = ShortText<100>;
/// Name of a drawer.
pub type DrawerName = ShortText<40>;
/// Reason for the difference of a shift.
pub type ShiftReason = ShortText<500>;

/// A key chosen by the client of the API, by which a repeated request is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey(String);

impl RequestKey {
    /// In characters.
    pub const MAX: usize = 255;

    /// # Errors
    /// [`Problem::Required`] for an empty key, and as for [`ShortText::parse`].
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let key = ShortText::<{ Self::MAX }>::parse(field, text)?;
        match key.as_str() {
            "" => Err(Problem::Required.at(field).into()),
            key => Ok(Self(key.to_owned())),
        }
    }

    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A row of the ledger. Rows are never changed; a wrong one is corrected by a reversal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub entry: Entry,
    pub at: Timestamp,
}

/// Content of a row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: PaymentKind,
    pub method: Method,
    /// What the shop received; negative for what it gave.
    pub amount: Money,
    pub task: Option<TaskId>,
    pub employee: Option<EmployeeId>,
    pub drawer: Option<DrawerId>,
    pub shift: Option<ShiftId>,
    /// The payment that a refund returns, or the row that a reversal corrects.
    pub refund_of: Option<PaymentId>,
    pub note: PaymentNote,
    pub fiscal: FiscalNumber,
    /// Whether it was made of the prepayment of an earlier version or of another program.
    pub carried_over: bool,
    pub key: Option<RequestKey>,
}

impl Entry {
    /// Creates a row without anything else about it.
    pub fn new(kind: PaymentKind, method: Method, amount: Money) -> Self {
        Self {
            kind,
            method,
            amount,
            task: None,
            employee: None,
            drawer: None,
            shift: None,
            refund_of: None,
            note: PaymentNote::default(),
            fiscal: FiscalNumber::default(),
            carried_over: false,
            key: None,
        }
    }

    /// Returns the sum without the direction, which the kind tells.
    pub fn sum(&self) -> Money {
        Money::from_row(self.amount.minor().abs())
    }

    /// Returns whether a repeated request asks for the same.
    pub fn repeats(&self, other: &Self) -> bool {
        let shift = other.shift;
        let employee = other.employee;
        Self {
            shift,
            employee,
            ..self.clone()
        } == *other
    }
}

/// A payment to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    pub method: Method,
    pub sum: Money,
    /// The only drawer when none is given; needed by cash alone.
    pub drawer: Option<DrawerId>,
    pub note: PaymentNote,
    pub fiscal: FiscalNumber,
    pub key: Option<RequestKey>,
    /// Whether more than what is due is wanted.
    pub overpayment: bool,
    /// What was due when the employee typed the sum; another balance is a conflict.
    pub expected_due: Option<Money>,
}

impl NewPayment {
    /// Creates a payment without any remarks.
    pub fn plain(method: Method, sum: Money) -> Self {
        Self {
            method,
            sum,
            drawer: None,
            note: PaymentNote::default(),
            fiscal: FiscalNumber::default(),
            key: None,
            overpayment: false,
            expected_due: None,
        }
    }

    /// Returns the row of the ledger for a task, without a place for the money.
    pub fn entry(&self, task: TaskId, employee: EmployeeId) -> Entry {
        Entry {
            task: Some(task),
            employee: Some(employee),
            note: self.note.clone(),
            fiscal: self.fiscal.clone(),
            key: self.key.clone(),
            ..Entry::new(PaymentKind::Payment, self.method, self.sum)
        }
    }
}

/// A place for cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawer {
    pub id: DrawerId,
    /// Empty for the default name in the reader's language.
    pub name: DrawerName,
}

impl Drawer {
    /// Returns the uniqueness key of a name: equal for different spellings.
    pub fn key_of(name: &DrawerName) -> String {
        fold(name.as_str())
    }
}

/// A shift of a drawer: from a counted sum to a counted sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    pub id: ShiftId,
    pub drawer: DrawerId,
    pub opened: Timestamp,
    pub opened_by: Option<EmployeeId>,
    /// Counted at the opening.
    pub opening: Money,
    pub closed: Option<Closing>,
}

/// The end of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub at: Timestamp,
    pub by: Option<EmployeeId>,
    pub counted: Money,
    pub reason: ShiftReason,
}

impl Shift {
    /// Returns the difference between what was counted at the end and what should be there:
    /// `moved` is the cash that went through the drawer. `None` while the shift is open.
    pub fn difference(&self, moved: Money) -> Option<Money> {
        let closed = self.closed.as_ref()?;
        Some(closed.counted.minus(self.opening).minus(moved))
    }
}
