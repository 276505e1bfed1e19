//! Conflicts of valid changes with the current state.

use super::{CustomerId, EmployeeId};

/// A valid change that conflicts with the current state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("the task was changed by somebody else")]
    Version { current: i64 },
    #[error("the phone belongs to another customer")]
    PhoneTaken { customer: CustomerId },
    #[error("the e-mail belongs to another employee")]
    EmailTaken,
    #[error("another stage has the name")]
    StageNameTaken,
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
            Self::EmailTaken => "conflict-email-taken",
            Self::StageNameTaken => "conflict-stage-name-taken",
            Self::LastStage => "conflict-last-stage",
            Self::LastOwner { .. } => "conflict-last-owner",
            Self::Import => "conflict-import",
            Self::CustomerTold => "conflict-customer-told",
            Self::ImportChoices => "conflict-import-choices",
        }
    }
}
