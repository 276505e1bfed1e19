//! Rejected values, and the reasons.

/// A rejected value, with the name of its field as the caller spells it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {}", problem.key())]
pub struct Invalid {
    pub field: &'static str,
    /// Position in the list that the field is in, from 0; `None` outside of a list.
    pub entry: Option<usize>,
    pub problem: Problem,
}

/// Reason for rejecting a value. Each has a sentence in every language, under [`Problem::key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    Required,
    TooLong {
        max: usize,
    },
    ControlCharacters,
    PhoneCharacters,
    PhoneLength,
    /// The text contains several numbers where one is expected.
    PhoneSeveral,
    /// The end of the number is ambiguous.
    PhoneUnclear,
    /// A spreadsheet kept only the number's leading digits.
    PhoneRounded,
    EmailMalformed,
    DayMalformed,
    MonthMalformed,
    TimeMalformed,
    SumMalformed,
    SumAmbiguous,
    SumNegative,
    /// `max` is in whole units where the input is text, and in the smallest unit where it is a
    /// number.
    SumTooLarge {
        max: usize,
    },
    SumZero,
    /// Not a whole number of the smallest unit.
    SumNotWhole,
    DecimalMalformed,
    QuantityOutOfRange,
    PercentOutOfRange,
    DiscountTooLarge,
    DiscountTwice,
    NoSuchItem,
    ItemArchived,
    NoSuchEmployee,
    PriceOfLines,
    PriceNeeded,
    NothingToAgree,
    PrepaymentByPayment,
    Overpayment,
    RefundTooLarge,
    NotRefundable,
    NotReversible,
    NoSuchDrawer,
    DrawerNeeded,
    ShiftClosed,
    ReasonNeeded,
    CashMoveKind,
    StageNotClosed,
    TooManyLines {
        max: usize,
    },
    AliasSeveralWords,
    AliasSame,
    AliasTaken,
    TooManyAliases {
        max: usize,
    },
    TooManyDrawers {
        max: usize,
    },
    TooManyWebhooks {
        max: usize,
    },
    IntervalReversed,
    IdMalformed,
    NodeIdMalformed,
    /// A page is asked for from both ends.
    FirstAndLast,
    TelegramIdMalformed,
    CursorMalformed,
    CursorOfAnotherOrder,
    CursorUnknown,
    PageSize {
        max: usize,
    },
    TooMuch {
        max: usize,
    },
    AnswerTooLong {
        mib: usize,
    },
    PasswordShort {
        min: usize,
    },
    PasswordLong {
        max: usize,
    },
    PasswordCommon,
    PasswordMismatch,
    PasswordWrong,
    Credentials,
    NoAccountYet,
    FirstAccountElsewhere,
    InviteNeeded,
    InviteUnusable,
    PasswordLinkUnusable,
    RegistrationClosed,
    PhoneOfAnotherCustomer,
    CustomerOfAnotherPhone,
    SameCustomer,
    EmployeeInactive,
    NoSuchTask,
    NoSuchStage,
    StageOfAnotherStatus,
    StageKeepsStatus,
    StageHasTasks,
    TooManyStages {
        max: usize,
    },
    DaysOutOfRange {
        max: usize,
    },
    NothingToConfirm,
    NotReachable,
    TaskClosed,
    TooManyAnswers {
        max: usize,
    },
    DatabaseHasData,
    MomentMalformed,
    MomentInFuture,
    DateAmbiguous,
    NotCsv,
    TextDamaged,
    WorkbookOld,
    WorkbookOpenDocument,
    WorkbookUnreadable,
    WorkbookTooLarge {
        mib: usize,
    },
    WorkbookParts {
        max: usize,
    },
    WorkbookSheets {
        max: usize,
    },
    WorkbookTexts {
        max: usize,
    },
    QuoteOpen,
    DigitsLost,
    HeadingsUnknown,
    PriceHeadingsUnknown,
    /// A word that a cell of its column can't have.
    CellUnknown,
    NoSuchHeading,
    /// Two columns of a file map to the same field.
    ColumnTwice {
        first: String,
        second: String,
    },
    MoreCells,
    FileGone,
    ArchiveUnreadable,
    ArchiveNewer,
    /// An invalid row of an archive, by its line in the file.
    ArchiveRow {
        line: usize,
        table: &'static str,
        problem: Box<Problem>,
    },
    /// An invalid value in a column of an archive's row.
    ArchiveValue {
        line: usize,
        table: &'static str,
        column: String,
        problem: Box<Problem>,
    },
    /// A value that no version of the program writes.
    ArchiveForeign,
    /// A row that violates a constraint: it contradicts another one, or is incomplete.
    ArchiveClash,
    /// A text in an archive exceeds the limit.
    ArchiveText {
        kib: usize,
    },
    /// A file in an archive exceeds the limit.
    ArchiveFile {
        mib: usize,
    },
    NotEmpty,
    TooManyRows {
        max: usize,
    },
    TooManyColumns {
        max: usize,
    },
    NumberTwice {
        row: usize,
    },
    RowsWrong {
        count: usize,
    },
    CountryUnknown,
    TimezoneUnknown,
    CurrencyUnknown,
    /// None of the words that a setting may have.
    ChoiceUnknown,
    ReminderDays,
    HourOutOfRange,
    DurationMalformed,
    CountMalformed,
    QuietHoursMalformed,
    AddressMalformed,
    /// The server has a certificate, so its address begins with https.
    AddressWithoutHttps,
    AddressNameUnknown,
    AddressRefused,
    AddressTimeout,
    AddressCertificate,
    /// Another server answers there, or a proxy that passes nothing on.
    AddressForeign,
    FolderUnusable,
    BackupFailed,
    /// The configuration file or the environment sets it.
    SettingGiven,
    BotTokenMalformed,
    /// Telegram knows no bot with this token.
    BotTokenRefused,
    TelegramUnreachable,
    /// The proxy that leads to Telegram fails.
    TelegramProxy,
    /// The token is another bot's, which the owner has to confirm.
    OtherBot,
    /// Telegram delivers to https addresses only.
    AddressNotHttps,
    MaxTokenMalformed,
    /// MAX knows no bot with this token.
    MaxTokenRefused,
    /// MAX doesn't let the bot work, as before its moderation.
    MaxForbidden,
    MaxUnreachable,
    /// The certificate of MAX's server is of no authority that is trusted for it.
    MaxUntrusted,
    /// The file with the certificate authorities can't be used.
    AuthoritiesUnusable,
    /// MAX delivers to https addresses at port 443 only.
    AddressNotAt443,
    /// No name of a sender of SMS.
    SmsSenderMalformed,
    /// The gateway or the mail server needs it.
    ChannelIncomplete,
    /// A port is from 1 to 65535.
    PortOutOfRange,
    HostMalformed,
    /// Passwords and letters are sent in the clear to this machine only.
    PlainMailElsewhere,
    /// The channel isn't set up.
    ChannelOff,
    RecoveryKeyMalformed,
    /// The word isn't the one on the recovery sheet.
    RecoveryWord,
    OffsiteAddress,
    OffsiteIncomplete,
    WebhookAddressMalformed,
    WebhookAddressNotHttps,
    /// The address is of this machine or its networks.
    WebhookAddressPrivate,
    WebhookEvents,
    /// A brace of a message's text that has no other one.
    BraceUnclosed,
    /// A variable that there isn't in a message's text.
    VariableUnknown {
        name: String,
        /// Those that there are.
        known: String,
    },
    /// A message's text without the variable that it is about.
    VariableMissing {
        name: String,
    },
    /// A text of a stage without its stage, or another one with a stage.
    StageOfMessage,
    FileKind,
    /// No picture that a logo may be; `side` is its maximum width and height in pixels.
    LogoKind {
        side: usize,
    },
    FileTwice,
    TooManyFiles {
        max: usize,
    },
    FileTooLarge {
        mib: usize,
    },
    /// All files of a message together.
    FilesTooLarge {
        mib: usize,
    },
}

impl Problem {
    /// Returns the message id in `i18n/*.ftl`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Required => "problem-required",
            Self::TooLong { .. } => "problem-too-long",
            Self::ControlCharacters => "problem-control-characters",
            Self::PhoneCharacters => "problem-phone-characters",
            Self::PhoneLength => "problem-phone-length",
            Self::PhoneSeveral => "problem-phone-several",
            Self::PhoneUnclear => "problem-phone-unclear",
            Self::PhoneRounded => "problem-phone-rounded",
            Self::EmailMalformed => "problem-email-malformed",
            Self::DayMalformed => "problem-day-malformed",
            Self::MonthMalformed => "problem-month-malformed",
            Self::TimeMalformed => "problem-time-malformed",
            Self::SumMalformed => "problem-sum-malformed",
            Self::SumAmbiguous => "problem-sum-ambiguous",
            Self::SumNegative => "problem-sum-negative",
            Self::SumTooLarge { .. } => "problem-sum-too-large",
            Self::SumZero => "problem-sum-zero",
            Self::SumNotWhole => "problem-sum-not-whole",
            Self::DecimalMalformed => "problem-decimal-malformed",
            Self::QuantityOutOfRange => "problem-quantity-out-of-range",
            Self::PercentOutOfRange => "problem-percent-out-of-range",
            Self::DiscountTooLarge => "problem-discount-too-large",
            Self::DiscountTwice => "problem-discount-twice",
            Self::NoSuchItem => "problem-no-such-item",
            Self::ItemArchived => "problem-item-archived",
            Self::NoSuchEmployee => "problem-no-such-employee",
            Self::PriceOfLines => "problem-price-of-lines",
            Self::PriceNeeded => "problem-price-needed",
            Self::NothingToAgree => "problem-nothing-to-agree",
            Self::PrepaymentByPayment => "problem-prepayment-by-payment",
            Self::Overpayment => "problem-overpayment",
            Self::RefundTooLarge => "problem-refund-too-large",
            Self::NotRefundable => "problem-not-refundable",
            Self::NotReversible => "problem-not-reversible",
            Self::NoSuchDrawer => "problem-no-such-drawer",
            Self::DrawerNeeded => "problem-drawer-needed",
            Self::ShiftClosed => "problem-shift-closed",
            Self::ReasonNeeded => "problem-reason-needed",
            Self::CashMoveKind => "problem-cash-move-kind",
            Self::StageNotClosed => "problem-stage-not-closed",
            Self::TooManyLines { .. } => "problem-too-many-lines",
            Self::AliasSeveralWords => "problem-alias-several-words",
            Self::AliasSame => "problem-alias-same",
            Self::AliasTaken => "problem-alias-taken",
            Self::TooManyAliases { .. } => "problem-too-many-aliases",
            Self::TooManyDrawers { .. } => "problem-too-many-drawers",
            Self::TooManyWebhooks { .. } => "problem-too-many-webhooks",
            Self::IntervalReversed => "problem-interval-reversed",
            Self::IdMalformed => "problem-id-malformed",
            Self::FirstAndLast => "problem-first-and-last",
            Self::NodeIdMalformed => "problem-node-id-malformed",
            Self::TelegramIdMalformed => "problem-telegram-id-malformed",
            Self::CursorMalformed => "problem-cursor-malformed",
            Self::CursorOfAnotherOrder => "problem-cursor-of-another-order",
            Self::CursorUnknown => "problem-cursor-unknown",
            Self::PageSize { .. } => "problem-page-size",
            Self::TooMuch { .. } => "problem-too-much",
            Self::AnswerTooLong { .. } => "problem-answer-too-long",
            Self::PasswordShort { .. } => "problem-password-short",
            Self::PasswordLong { .. } => "problem-password-long",
            Self::PasswordCommon => "problem-password-common",
            Self::PasswordMismatch => "problem-password-mismatch",
            Self::PasswordWrong => "problem-password-wrong",
            Self::Credentials => "problem-credentials",
            Self::NoAccountYet => "problem-no-account-yet",
            Self::FirstAccountElsewhere => "problem-first-account-elsewhere",
            Self::InviteNeeded => "problem-invite-needed",
            Self::InviteUnusable => "problem-invite-unusable",
            Self::PasswordLinkUnusable => "problem-password-link-unusable",
            Self::RegistrationClosed => "problem-registration-closed",
            Self::PhoneOfAnotherCustomer => "problem-phone-of-another-customer",
            Self::SameCustomer => "problem-same-customer",
            Self::CustomerOfAnotherPhone => "problem-customer-of-another-phone",
            Self::EmployeeInactive => "problem-employee-inactive",
            Self::NoSuchTask => "problem-no-such-task",
            Self::NoSuchStage => "problem-no-such-stage",
            Self::StageOfAnotherStatus => "problem-stage-of-another-status",
            Self::StageKeepsStatus => "problem-stage-keeps-status",
            Self::StageHasTasks => "problem-stage-has-tasks",
            Self::TooManyStages { .. } => "problem-too-many-stages",
            Self::DaysOutOfRange { .. } => "problem-days-out-of-range",
            Self::NothingToConfirm => "problem-nothing-to-confirm",
            Self::NotReachable => "problem-not-reachable",
            Self::TaskClosed => "problem-task-closed",
            Self::TooManyAnswers { .. } => "problem-too-many-answers",
            Self::DatabaseHasData => "problem-database-has-data",
            Self::MomentMalformed => "problem-moment-malformed",
            Self::MomentInFuture => "problem-moment-in-future",
            Self::DateAmbiguous => "problem-date-ambiguous",
            Self::NotCsv => "problem-not-csv",
            Self::TextDamaged => "problem-text-damaged",
            Self::WorkbookOld => "problem-workbook-old",
            Self::WorkbookOpenDocument => "problem-workbook-open-document",
            Self::WorkbookUnreadable => "problem-workbook-unreadable",
            Self::WorkbookTooLarge { .. } => "problem-workbook-too-large",
            Self::WorkbookParts { .. } => "problem-workbook-parts",
            Self::WorkbookSheets { .. } => "problem-workbook-sheets",
            Self::WorkbookTexts { .. } => "problem-workbook-texts",
            Self::QuoteOpen => "problem-quote-open",
            Self::DigitsLost => "problem-digits-lost",
            Self::HeadingsUnknown => "problem-headings-unknown",
            Self::PriceHeadingsUnknown => "problem-price-headings-unknown",
            Self::CellUnknown => "problem-cell-unknown",
            Self::NoSuchHeading => "problem-no-such-heading",
            Self::ColumnTwice { .. } => "problem-column-twice",
            Self::MoreCells => "problem-more-cells",
            Self::FileGone => "problem-file-gone",
            Self::ArchiveUnreadable => "problem-archive-unreadable",
            Self::ArchiveNewer => "problem-archive-newer",
            Self::ArchiveRow { .. } => "problem-archive-row",
            Self::ArchiveValue { .. } => "problem-archive-value",
            Self::ArchiveForeign => "problem-archive-foreign",
            Self::ArchiveClash => "problem-archive-clash",
            Self::ArchiveText { .. } => "problem-archive-text",
            Self::ArchiveFile { .. } => "problem-archive-file",
            Self::NotEmpty => "problem-not-empty",
            Self::TooManyRows { .. } => "problem-too-many-rows",
            Self::TooManyColumns { .. } => "problem-too-many-columns",
            Self::NumberTwice { .. } => "problem-number-twice",
            Self::RowsWrong { .. } => "problem-rows-wrong",
            Self::CountryUnknown => "problem-country-unknown",
            Self::TimezoneUnknown => "problem-timezone-unknown",
            Self::CurrencyUnknown => "problem-currency-unknown",
            Self::ChoiceUnknown => "problem-choice-unknown",
            Self::ReminderDays => "problem-reminder-days",
            Self::HourOutOfRange => "problem-hour-out-of-range",
            Self::DurationMalformed => "problem-duration-malformed",
            Self::CountMalformed => "problem-count-malformed",
            Self::QuietHoursMalformed => "problem-quiet-hours-malformed",
            Self::AddressMalformed => "problem-address-malformed",
            Self::AddressWithoutHttps => "problem-address-without-https",
            Self::AddressNameUnknown => "problem-address-name-unknown",
            Self::AddressRefused => "problem-address-refused",
            Self::AddressTimeout => "problem-address-timeout",
            Self::AddressCertificate => "problem-address-certificate",
            Self::AddressForeign => "problem-address-foreign",
            Self::FolderUnusable => "problem-folder-unusable",
            Self::BackupFailed => "problem-backup-failed",
            Self::SettingGiven => "problem-setting-given",
            Self::BotTokenMalformed => "problem-bot-token-malformed",
            Self::BotTokenRefused => "problem-bot-token-refused",
            Self::TelegramUnreachable => "problem-telegram-unreachable",
            Self::TelegramProxy => "problem-telegram-proxy",
            Self::OtherBot => "problem-other-bot",
            Self::AddressNotHttps => "problem-address-not-https",
            Self::MaxTokenMalformed => "problem-max-token-malformed",
            Self::MaxTokenRefused => "problem-max-token-refused",
            Self::MaxForbidden => "problem-max-forbidden",
            Self::MaxUnreachable => "problem-max-unreachable",
            Self::MaxUntrusted => "problem-max-untrusted",
            Self::AuthoritiesUnusable => "problem-authorities-unusable",
            Self::AddressNotAt443 => "problem-address-not-at-443",
            Self::SmsSenderMalformed => "problem-sms-sender-malformed",
            Self::ChannelIncomplete => "problem-channel-incomplete",
            Self::PortOutOfRange => "problem-port-out-of-range",
            Self::HostMalformed => "problem-host-malformed",
            Self::PlainMailElsewhere => "problem-plain-mail-elsewhere",
            Self::ChannelOff => "problem-channel-off",
            Self::RecoveryKeyMalformed => "problem-recovery-key-malformed",
            Self::RecoveryWord => "problem-recovery-word",
            Self::OffsiteAddress => "problem-offsite-address",
            Self::OffsiteIncomplete => "problem-offsite-incomplete",
            Self::WebhookAddressMalformed => "problem-webhook-address-malformed",
            Self::WebhookAddressNotHttps => "problem-webhook-address-not-https",
            Self::WebhookAddressPrivate => "problem-webhook-address-private",
            Self::WebhookEvents => "problem-webhook-events",
            Self::BraceUnclosed => "problem-brace-unclosed",
            Self::VariableUnknown { .. } => "problem-variable-unknown",
            Self::VariableMissing { .. } => "problem-variable-missing",
            Self::StageOfMessage => "problem-stage-of-message",
            Self::FileKind => "problem-file-kind",
            Self::LogoKind { .. } => "problem-logo-kind",
            Self::FileTwice => "problem-file-twice",
            Self::TooManyFiles { .. } => "problem-too-many-files",
            Self::FileTooLarge { .. } => "problem-file-too-large",
            Self::FilesTooLarge { .. } => "problem-files-too-large",
        }
    }

    /// Returns the limit that the message names, if any.
    pub fn bound(&self) -> Option<usize> {
        match self {
            Self::TooLong { max }
            | Self::PasswordLong { max }
            | Self::PageSize { max }
            | Self::TooManyStages { max }
            | Self::TooManyLines { max }
            | Self::TooManyDrawers { max }
            | Self::TooManyWebhooks { max }
            | Self::TooManyAliases { max }
            | Self::DaysOutOfRange { max }
            | Self::TooMuch { max }
            | Self::TooManyAnswers { max }
            | Self::TooManyFiles { max }
            | Self::TooManyRows { max }
            | Self::TooManyColumns { max }
            | Self::SumTooLarge { max }
            | Self::WorkbookTooLarge { mib: max }
            | Self::WorkbookParts { max }
            | Self::WorkbookSheets { max }
            | Self::WorkbookTexts { max }
            | Self::ArchiveText { kib: max }
            | Self::ArchiveFile { mib: max }
            | Self::NumberTwice { row: max }
            | Self::RowsWrong { count: max }
            | Self::AnswerTooLong { mib: max }
            | Self::LogoKind { side: max }
            | Self::FileTooLarge { mib: max }
            | Self::FilesTooLarge { mib: max } => Some(*max),
            Self::PasswordShort { min } => Some(*min),
            _ => None,
        }
    }

    /// Attaches the name of the rejected field.
    pub fn at(self, field: &'static str) -> Invalid {
        Invalid {
            field,
            entry: None,
            problem: self,
        }
    }
}
