//! Domain types, and the rules that need no database, network or clock.
//!
//! Nothing here performs I/O. Every user input has a private field and one constructor, `parse`; a
//! [`Phone`] that exists is therefore valid.

#[macro_use]
mod words;

mod about;
mod account;
mod amount;
mod approval;
mod attachment;
mod audit;
mod backups;
mod bot;
mod bot_health;
mod bot_server;
mod card;
mod catalogue;
mod channels;
mod chat;
mod comment;
mod conflict;
mod contents;
mod currency;
mod customer;
mod details;
mod device;
mod email;
mod error;
mod event;
mod first_day;
mod ids;
mod import;
mod incident;
mod language;
mod letters;
mod lines;
mod logo;
mod max_bot;
mod merge;
mod merged;
mod message_text;
mod metadata;
mod moment;
mod money;
mod month;
mod network_failure;
mod notice;
mod offsite;
mod papers;
mod password;
mod payment;
mod phone;
mod photo;
mod price_list;
mod problem;
mod public_url;
mod reminders;
mod retry;
mod routing;
mod search;
mod settings;
mod shop;
mod span;
mod staff_bot;
mod stage;
mod status;
mod takings;
mod task;
mod text;
mod time;
mod together;
mod tracked;
mod webhook;
mod workload;

pub use about::About;
pub use account::{
    Actor, Employee, EmployeeChange, EmployeeName, Introspection, Owner, Registration, Role,
};
pub use amount::{SumDoubt, decimal_point, three_digit_point};
pub use approval::{AgreementState, Approval, Decision, NewApproval};
pub use attachment::{
    Attachment, AttachmentKind, AttachmentState, Enclosure, Keeping, NewFile, RemoteFile, Wanted,
    one_line, safe_name,
};
pub use audit::{AuditAction, AuditEvent};
pub use backups::Backups;
pub use bot::{BotMode, BotToken, Receiving, ReceivingReason};
pub use bot_health::{BotHealth, BotState, BotTrouble, Webhook};
pub use bot_server::{BotServer, BotWay, FileTrouble, Proxy};
pub use card::{CardEmail, CardNote, Company, SecondPhone, TaxNumber, second_phone_key};
pub use catalogue::{CatalogueItem, ItemChange, ItemCode, ItemContent};
pub use channels::{
    ChannelFault, ChannelSecret, ChannelTrouble, MailAccount, MailSecurity, MailServer, QuietHours,
    SmsAccount, SmsDelivery, SmsProvider, SmsPurpose, SmsRules, SmsSender, is_seven_bit, sms_parts,
};
pub use chat::{Chat, MessageKey, Messenger};
pub use comment::{Channel, Comment, CommentKind, Settled, keep_shared};
pub use conflict::Conflict;
pub use contents::Contents;
pub use currency::Currency;
pub(crate) use customer::card_fields;
pub use customer::{CardField, ChatLink, Customer, CustomerChange};
pub use details::{Account, Details, DetailsChange, Link};
pub(crate) use device::device_fields;
pub use device::{Device, DeviceChange, DeviceField, Readers, serial_key};
pub use email::Email;
pub use error::{Error, Result, chain, whole_seconds};
pub use event::{Addressee, CustomerNews, Event, Note, Notes, StageNews};
pub use first_day::{DISMISSED, FirstDayStep};
pub use ids::{
    AliasId, ApprovalId, AttachmentId, AuditEventId, CommentId, CustomerId, DeliveryId, DrawerId,
    EmployeeId, EventId, InviteId, ItemId, LineId, MergeId, NoticeId, PaymentId, SessionId,
    ShiftId, StageId, TaskId, TelegramId, WebhookId,
};
pub use import::{
    DateOrders, ImportRow, ImportTask, ImportedRow as ImportLine, Observation, Outcome, Remark,
    Report, Sheet, Source, Whose,
};
pub use incident::{Incident, IncidentKind};
pub use language::Language;
pub use letters::{first_seen, fold, nfc, plain, shown, visible};
pub use lines::{
    AgreedLine, Discount, Line, LineChange, LineContent, LineKind, LineName, LineNote, MOST_LINES,
    Percent, Quantity, Totals, WarrantyDays,
};
pub use logo::Logo;
pub use max_bot::{MaxHealth, MaxState, MaxToken, MaxTrouble};
pub use merge::{Edit, Merge, Shown};
pub use merged::{Merged, MergedCards, UNDO_MERGE, taken_over};
pub use message_text::{
    MessageFacts, MessageForm, MessageOccasion, MessagePurpose, MessageTemplate, MessageTextKey,
    MessageTexts, MessageVariable, StoredMessageText,
};
pub use moment::{DateOrder, date_order, is_none, moment};
pub use money::Money;
pub use month::{Milestone, Month, MonthReport, Stepped, Turnover};
pub use network_failure::NetworkFailure;
pub use notice::{
    Arrival, Buttons, Collapsed, Content, Fate, Notice, NoticeFault, NoticeRecord, Outgoing,
    Reason, Reply, Told, Undelivered, Waiting, collapse,
};
pub use offsite::{
    CopyContents, CopyKind, CopyName, Keep, ListedCopy, Offsite, OffsiteAccount, OffsiteAttempt,
    OffsiteCopy, OffsiteFault, OffsitePlace, OffsiteTrouble, Recipient, ShopId, is_late,
    next_night, retry_at, surplus,
};
pub use papers::{LabelSize, PaperBlock, PaperSize, Papers};
pub use password::{PASSWORD_ITERATIONS, PASSWORD_LENGTH, Password};
pub use payment::{
    Closing, Drawer, DrawerName, Entry, FiscalNumber, MOST_DRAWERS, Method, NewPayment, Payment,
    PaymentKind, PaymentNote, RequestKey, Shift, ShiftReason,
};
pub use phone::{Country, Phone};
pub use photo::Image;
pub use price_list::{JudgedRow, PriceList, PriceOutcome, PriceReport, PriceRow};
pub use problem::{Invalid, Problem};
pub use public_url::PublicUrl;
pub use reminders::Reminders;
pub use retry::{LONGEST_BACKOFF, LONGEST_WAIT, backoff, is_given_up};
pub use routing::{Contacts, Purpose, Routing, Unreachable};
pub use search::{Alias, AliasWords, MOST_ALIASES, Search, SearchTerm};
pub use settings::{Origin, Setting, SettingKey, Settings};
pub use shop::Shop;
pub use span::Span;
pub use staff_bot::{StaffCode, StaffNews, Urgency};
pub use stage::{
    Colour, MOST_STAGES, NewStage, Stage, StageChange, StageName, StuckDays, USUAL_STAGES,
    UsualStage, Wording,
};
pub use status::Status;
pub use takings::{DayReport, Earnings, Takings, TakingsPart};
pub use task::{
    Author, Category, EventKind, NewTask, Task, TaskChange, TaskEvent, TaskFilter, TaskOrder,
};
pub use text::{Description, Message, Name, ShortText};
pub use time::{Day, Days, TimeOfDay, TimeZone};
pub use together::{Together, all, each};
pub use tracked::Tracked;
pub use webhook::{
    Attempt, Delivery, DeliveryRecord, DeliveryState, Hook, HookChange, HookEvent, HookEvents,
    HookFailure, HookName, HookNews, HookSecret, HookSource, HookStanding, MOST_HOOKS, NewHook,
    Subject, UndeliveredHook, is_public,
};
pub use workload::{Concern, CustomersWaiting, WaitsFor, Workload};
