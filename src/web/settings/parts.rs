//! The pages of settings with their fields.

use crate::domain::{
    BotMode, LabelSize, MailSecurity, PaperBlock, SettingKey, SmsProvider, SmsPurpose,
};
use crate::web::papers::SIZES;

/// A page of settings.
pub struct Part {
    pub word: &'static str,
    pub title: &'static str,
    pub(super) fields: &'static [Field],
}

/// A field of a page.
pub(super) struct Field {
    pub(super) key: SettingKey,
    pub(super) label: &'static str,
    pub(super) input: Input,
    /// What to write, for those who don't know; empty for none.
    pub(super) hint: &'static str,
}

/// The pages with more than settings.
pub(super) const CHANNELS: &str = "channels";
pub(super) const BOT: &str = "bot";
pub(super) const MAX: &str = "max";
pub(super) const WEBHOOKS: &str = "webhooks";
pub(super) const TEXTS: &str = "texts";
pub(super) const BACKUPS: &str = "backups";
pub(super) const PAPERS: &str = "papers";
/// The page whose setting is tested before it is saved.
pub(super) const ADDRESS: &str = "address";
/// How many backups are kept unless the owner says otherwise.
pub(super) const KEPT: &str = "14";

/// How a value is typed.
pub(super) enum Input {
    Line,
    Number,
    Phone,
    Address,
    Text,
    /// One of the time zones, found while typing.
    Timezone,
    /// A value, and the sentence of its name.
    Choice(&'static [(&'static str, &'static str)]),
    /// Any number of such values, which are kept separated by commas.
    Several(&'static [(&'static str, &'static str)]),
}

const fn field(key: SettingKey, label: &'static str, input: Input, hint: &'static str) -> Field {
    Field {
        key,
        label,
        input,
        hint,
    }
}

/// The pages, in the order of their tabs.
pub const PARTS: &[Part] = &[
    Part {
        word: "shop",
        title: "settings-shop",
        fields: &[
            field(SettingKey::ShopName, "setting-shop-name", Input::Line, ""),
            field(
                SettingKey::ShopLegalName,
                "setting-legal-name",
                Input::Line,
                "setting-legal-name-hint",
            ),
            field(SettingKey::ShopTaxId, "setting-tax-id", Input::Line, ""),
            field(
                SettingKey::ShopRegistrationId,
                "setting-registration-id",
                Input::Line,
                "",
            ),
            field(SettingKey::ShopAddress, "setting-address", Input::Line, ""),
            field(SettingKey::ShopHours, "setting-hours", Input::Line, ""),
            field(SettingKey::ShopPhone, "setting-phone", Input::Phone, ""),
        ],
    },
    Part {
        word: PAPERS,
        title: "settings-papers",
        fields: &[
            field(
                SettingKey::ShopTerms,
                "setting-terms",
                Input::Text,
                "setting-terms-hint",
            ),
            field(
                SettingKey::PapersWarranty,
                "setting-papers-warranty",
                Input::Text,
                "",
            ),
            field(
                SettingKey::PapersFooter,
                "setting-papers-footer",
                Input::Line,
                "",
            ),
            field(
                SettingKey::PapersBlocks,
                "setting-papers-blocks",
                Input::Several(BLOCKS),
                "setting-papers-blocks-hint",
            ),
            field(
                SettingKey::PapersSize,
                "setting-papers-size",
                Input::Choice(SIZES),
                "setting-papers-size-hint",
            ),
            field(
                SettingKey::PapersLabel,
                "setting-papers-label",
                Input::Choice(LABELS),
                "",
            ),
        ],
    },
    Part {
        word: "region",
        title: "settings-region",
        fields: &[
            field(
                SettingKey::Language,
                "setting-language",
                Input::Choice(LANGUAGES),
                "setting-language-hint",
            ),
            field(
                SettingKey::Country,
                "setting-country",
                Input::Line,
                "setting-country-hint",
            ),
            field(
                SettingKey::Timezone,
                "setting-timezone",
                Input::Timezone,
                "setting-timezone-hint",
            ),
            field(
                SettingKey::ShopCurrency,
                "setting-currency",
                Input::Line,
                "setting-currency-hint",
            ),
        ],
    },
    Part {
        word: "notices",
        title: "settings-notices",
        fields: &[
            field(
                SettingKey::NotifyDelay,
                "setting-notify-delay",
                Input::Choice(DELAYS),
                "setting-notify-delay-hint",
            ),
            field(
                SettingKey::ChannelsOrder,
                "setting-channels-order",
                Input::Line,
                "setting-channels-order-hint",
            ),
            field(
                SettingKey::ReminderDays,
                "setting-reminder-days",
                Input::Line,
                "setting-reminder-days-hint",
            ),
            field(
                SettingKey::ReminderHour,
                "setting-reminder-hour",
                Input::Number,
                "setting-reminder-hour-hint",
            ),
            field(
                SettingKey::ShopStatusDays,
                "setting-status-days",
                Input::Number,
                "setting-status-days-hint",
            ),
        ],
    },
    Part {
        word: TEXTS,
        title: "settings-texts",
        fields: &[],
    },
    Part {
        word: BACKUPS,
        title: "settings-backups",
        fields: &[
            field(
                SettingKey::BackupEvery,
                "setting-backup-every",
                Input::Choice(EVERY),
                "",
            ),
            field(
                SettingKey::BackupDir,
                "setting-backup-dir",
                Input::Line,
                "setting-backup-dir-hint",
            ),
            field(
                SettingKey::BackupKeep,
                "setting-backup-keep",
                Input::Number,
                "",
            ),
        ],
    },
    Part {
        word: BOT,
        title: "settings-bot",
        fields: &[],
    },
    Part {
        word: MAX,
        title: "settings-max",
        fields: &[],
    },
    Part {
        word: CHANNELS,
        title: "settings-channels",
        fields: &[],
    },
    Part {
        word: WEBHOOKS,
        title: "settings-webhooks",
        fields: &[],
    },
    Part {
        word: ADDRESS,
        title: "settings-address",
        fields: &[field(
            SettingKey::PublicUrl,
            "setting-public-url",
            Input::Address,
            "settings-address-lead",
        )],
    },
    Part {
        word: "access",
        title: "settings-access",
        fields: &[field(
            SettingKey::Registration,
            "setting-registration",
            Input::Choice(REGISTRATIONS),
            "",
        )],
    },
];

/// The settings of the bot at MAX, on its page: all, and each of them alone.
pub(super) const MAX_SETTINGS: Part = Part {
    word: MAX,
    title: "settings-max",
    fields: &[OF_MODE, OF_AUTHORITIES],
};
pub(super) const MAX_MODE: Part = Part {
    word: MAX,
    title: "settings-max",
    fields: &[OF_MODE],
};
pub(super) const MAX_AUTHORITIES: Part = Part {
    word: MAX,
    title: "settings-max",
    fields: &[OF_AUTHORITIES],
};
const OF_MODE: Field = field(SettingKey::MaxMode, "bot-mode", Input::Choice(MODES), "");
const OF_AUTHORITIES: Field = field(
    SettingKey::MaxCaFile,
    "setting-max-ca-file",
    Input::Line,
    "setting-max-ca-file-hint",
);

/// The settings of SMS, on the page of channels.
pub(super) const SMS: Part = Part {
    word: "sms",
    title: "channel-sms",
    fields: &[
        field(
            SettingKey::SmsProvider,
            "setting-sms-provider",
            Input::Choice(GATEWAYS),
            "",
        ),
        field(
            SettingKey::SmsLogin,
            "setting-sms-login",
            Input::Line,
            "setting-sms-login-hint",
        ),
        field(
            SettingKey::SmsSender,
            "setting-sms-sender",
            Input::Line,
            "setting-sms-sender-hint",
        ),
        field(
            SettingKey::SmsPurposes,
            "setting-sms-purposes",
            Input::Several(PURPOSES),
            "",
        ),
        field(
            SettingKey::SmsDailyMessages,
            "setting-sms-daily-messages",
            Input::Number,
            "",
        ),
        field(
            SettingKey::SmsDailyMoney,
            "setting-sms-daily-money",
            Input::Number,
            "setting-sms-daily-money-hint",
        ),
        field(
            SettingKey::SmsQuiet,
            "setting-sms-quiet",
            Input::Line,
            "setting-sms-quiet-hint",
        ),
    ],
};

/// The settings of e-mail, on the page of channels.
pub(super) const EMAIL: Part = Part {
    word: "email",
    title: "channel-email",
    fields: &[
        field(
            SettingKey::EmailHost,
            "setting-email-host",
            Input::Line,
            "setting-email-host-hint",
        ),
        field(
            SettingKey::EmailSecurity,
            "setting-email-security",
            Input::Choice(SECURITIES),
            "",
        ),
        field(
            SettingKey::EmailPort,
            "setting-email-port",
            Input::Number,
            "setting-email-port-hint",
        ),
        field(
            SettingKey::EmailUser,
            "setting-email-user",
            Input::Line,
            "setting-email-user-hint",
        ),
        field(
            SettingKey::EmailFrom,
            "setting-email-from",
            Input::Line,
            "setting-email-from-hint",
        ),
    ],
};

const MODES: &[(&str, &str)] = &[
    (BotMode::Auto.word(), "bot-mode-auto"),
    (BotMode::Webhook.word(), "max-mode-webhook"),
    (BotMode::Polling.word(), "max-mode-polling"),
    (BotMode::Off.word(), "bot-mode-off"),
];
const GATEWAYS: &[(&str, &str)] = &[
    ("off", "setting-sms-off"),
    (SmsProvider::SmsRu.word(), "setting-sms-ru"),
    (SmsProvider::Smsc.word(), "setting-smsc"),
    (SmsProvider::SmsAero.word(), "setting-sms-aero"),
];
const PURPOSES: &[(&str, &str)] = &[
    (SmsPurpose::Ready.word(), "setting-sms-ready"),
    (SmsPurpose::Quote.word(), "setting-sms-quote"),
    (SmsPurpose::Reminder.word(), "setting-sms-reminder"),
];
const SECURITIES: &[(&str, &str)] = &[
    (MailSecurity::Tls.word(), "setting-email-tls"),
    (MailSecurity::StartTls.word(), "setting-email-starttls"),
    (MailSecurity::None.word(), "setting-email-plain"),
];
const BLOCKS: &[(&str, &str)] = &[
    (PaperBlock::Legal.word(), "setting-papers-legal"),
    (
        PaperBlock::CustomerCopy.word(),
        "setting-papers-customer-copy",
    ),
    (PaperBlock::Condition.word(), "setting-papers-condition"),
    (PaperBlock::Estimate.word(), "setting-papers-estimate"),
    (PaperBlock::Qr.word(), "setting-papers-qr"),
    (PaperBlock::Signatures.word(), "setting-papers-signatures"),
];
const LABELS: &[(&str, &str)] = &[
    (LabelSize::L58x40.word(), "paper-58x40"),
    (LabelSize::L58x30.word(), "paper-58x30"),
    (LabelSize::L43x25.word(), "paper-43x25"),
    (LabelSize::L40x30.word(), "paper-40x30"),
];
const EVERY: &[(&str, &str)] = &[
    ("", "setting-backup-off"),
    ("6h", "setting-backup-6h"),
    ("1d", "setting-backup-1d"),
    ("7d", "setting-backup-7d"),
];
const LANGUAGES: &[(&str, &str)] = &[("ru", "profile-language-ru"), ("en", "profile-language-en")];
const DELAYS: &[(&str, &str)] = &[
    ("0s", "setting-delay-none"),
    ("5s", "setting-delay-5s"),
    ("30s", "setting-delay-30s"),
    ("1m", "setting-delay-1m"),
    ("5m", "setting-delay-5m"),
    ("15m", "setting-delay-15m"),
];
const REGISTRATIONS: &[(&str, &str)] = &[
    ("invite", "setting-registration-invite"),
    ("open", "setting-registration-open"),
    ("closed", "setting-registration-closed"),
];
