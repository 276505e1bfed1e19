//! Conflicts of valid changes with the current state.

use super::{CustomerId, EmployeeId};

/// A valid change that conflicts with the current state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("the task was changed by somebody else")]
    Version { current: i64 },
    #[error("the phone belongs to another customer")]
    PhoneTaken { customer: CustomerId },
    #[error("the phone was corrected by somebody else")]
    PhoneCorrected,
    #[error("the e-mail belongs to another employee")]
    EmailTaken,
    #[error("another stage has the name")]
    StageNameTaken,
    #[error("another item has the article number")]
    ArticleTaken,
    #[error("another drawer has the name")]
    DrawerNameTaken,
    #[error("another webhook has the address")]
    WebhookUrlTaken,
    #[error("the idempotency key was used for another request")]
    RequestKeyUsed,
    #[error("the drawer has an open shift")]
    ShiftOpen,
    #[error("the shift is closed already")]
    ShiftOver,
    #[error("cash went through the drawer meanwhile")]
    CashMoved,
    #[error("the task was paid meanwhile")]
    PaidMeanwhile,
    #[error("the row is reversed already")]
    AlreadyReversed,
    #[error("the last stage of a status can't be deleted")]
    LastStage,
    #[error("the last owner can't be removed")]
    LastOwner { owner: EmployeeId },
    #[error("the import would have another outcome now")]
    Import,
    #[error("the customer has been notified already")]
    CustomerTold,
    #[error("the import choices differ from the preview")]
    ImportChoices,
}

impl Conflict {
    /// Returns the message id in `i18n/*.ftl`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Version { .. } => "conflict-version",
            Self::PhoneTaken { .. } => "conflict-phone-taken",
            Self::PhoneCorrected => "conflict-phone-corrected",
            Self::EmailTaken => "conflict-email-taken",
            Self::StageNameTaken => "conflict-stage-name-taken",
            Self::ArticleTaken => "conflict-article-taken",
            Self::DrawerNameTaken => "conflict-drawer-name-taken",
            Self::WebhookUrlTaken => "conflict-webhook-url-taken",
            Self::RequestKeyUsed => "conflict-request-key-used",
            Self::ShiftOpen => "conflict-shift-open",
            Self::ShiftOver => "conflict-shift-over",
            Self::CashMoved => "conflict-cash-moved",
            Self::PaidMeanwhile => "conflict-paid-meanwhile",
            Self::AlreadyReversed => "conflict-already-reversed",
            Self::LastStage => "conflict-last-stage",
            Self::LastOwner { .. } => "conflict-last-owner",
            Self::Import => "conflict-import",
            Self::CustomerTold => "conflict-customer-told",
            Self::ImportChoices => "conflict-import-choices",
        }
    }
}
