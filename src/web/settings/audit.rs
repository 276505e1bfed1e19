//! The page of the audit list.

use askama::Template;
use warp::reply::Response;

use super::parts::{EMAIL, MAX_SETTINGS, PARTS, Part, SMS};
use crate::app::{accounts, settings};
use crate::domain::{AuditAction, AuditEvent, AuditEventId, Employee, Result, Role, Span};
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Events on a page of the audit list.
const AUDIT: usize = 50;
/// The tab of the audit list.
const OF_AUDIT: Part = Part {
    word: "audit",
    title: "settings-audit",
    fields: &[],
};

/// A row of the audit list.
struct AuditRow {
    at: String,
    by: String,
    what: String,
    old: String,
    new: String,
}

#[derive(Template)]
#[template(path = "settings-audit.html")]
struct AuditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'a Part,
    rows: Vec<AuditRow>,
    /// The last event of the page, if there are older ones.
    next: Option<i64>,
}

/// Shows who changed what.
pub async fn audit(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let before = visit.parameter("before");
    let before = before
        .map(|id| AuditEventId::parse("before", id))
        .transpose()?;
    let actor = visit.actor()?;
    let work = move |c: &_| {
        let events = settings::audit(c, &owner, Span::first(before, AUDIT + 1))?;
        Ok((events, accounts::employees(c, &actor)?))
    };
    let (mut events, staff) = visit.desk.db.read(work).await?;
    let more = events.len() > AUDIT;
    events.truncate(AUDIT);
    let page = AuditPage {
        visit,
        current: "settings",
        part: &OF_AUDIT,
        next: events.last().filter(|_| more).map(|event| event.id.get()),
        rows: events
            .iter()
            .map(|event| row(visit, event, &staff))
            .collect(),
    };
    visit.page(&page)
}

fn row(visit: &Visit, event: &AuditEvent, staff: &[Employee]) -> AuditRow {
    let texts = &visit.texts;
    let by = staff.iter().find(|one| Some(one.id) == event.employee);
    let parts = PARTS.iter().chain([&SMS, &EMAIL, &MAX_SETTINGS]);
    let fields = parts.flat_map(|part| part.fields);
    let label = fields.filter(|field| field.key.word() == event.subject);
    let label = label.map(|field| texts.s(field.label)).next();
    AuditRow {
        at: texts.exact(&event.at),
        by: by.map_or_else(String::new, |one| one.distinct_name(staff)),
        what: match sentence(event.action) {
            Some(id) => texts.fill(id, "subject", &event.subject),
            None => label.unwrap_or_else(|| event.subject.clone()),
        },
        old: value(event, event.old.as_deref(), texts),
        new: value(event, event.new.as_deref(), texts),
    }
}

/// Returns the sentence of a change; `None` for a setting, which has its label.
fn sentence(action: AuditAction) -> Option<&'static str> {
    Some(match action {
        AuditAction::SettingChanged => return None,
        AuditAction::LogoChanged => "logo-title",
        AuditAction::RoleChanged => "audit-role-changed",
        AuditAction::EmployeeDeactivated => "audit-deactivated",
        AuditAction::EmployeeReactivated => "audit-reactivated",
        AuditAction::PasswordLinkCreated => "audit-password-link",
        AuditAction::InviteCreated => "audit-invited",
        AuditAction::InviteWithdrawn => "audit-invite-withdrawn",
        AuditAction::InviteLetter => "audit-invite-letter",
        AuditAction::PasswordLetter => "audit-password-letter",
        AuditAction::CustomersMerged => "audit-customers-merged",
        AuditAction::MergeUndone => "audit-merge-undone",
        AuditAction::StageCreated => "audit-stage-created",
        AuditAction::StageChanged => "audit-stage-changed",
        AuditAction::StageDeleted => "audit-stage-deleted",
        AuditAction::MessageTextChanged => "audit-message-text",
        AuditAction::DrawerCreated => "audit-drawer-created",
        AuditAction::DrawerRenamed => "audit-drawer-renamed",
        AuditAction::DemoLoaded => "audit-demo-loaded",
        AuditAction::DemoRemoved => "audit-demo-removed",
        AuditAction::PhoneCorrected => "audit-phone-corrected",
        AuditAction::BotConnected => "audit-bot-connected",
        AuditAction::BotDisconnected => "audit-bot-disconnected",
        AuditAction::MaxBotConnected => "audit-max-connected",
        AuditAction::MaxBotDisconnected => "audit-max-disconnected",
        AuditAction::ChannelSecretSet => "audit-channel-secret-set",
        AuditAction::ChannelSecretRemoved => "audit-channel-secret-removed",
        AuditAction::WebhookCreated => "audit-webhook-created",
        AuditAction::WebhookChanged => "audit-webhook-changed",
        AuditAction::WebhookSecretRotated => "audit-webhook-secret",
        AuditAction::WebhookPaused => "audit-webhook-paused",
        AuditAction::WebhookResumed => "audit-webhook-resumed",
        AuditAction::WebhookDeleted => "audit-webhook-deleted",
    })
}

/// Returns a value of a change: that of a setting as it is, a role in words.
fn value(event: &AuditEvent, value: Option<&str>, texts: &Texts) -> String {
    let role = value.and_then(Role::from_word);
    match role.filter(|_| event.action != AuditAction::SettingChanged) {
        Some(Role::Owner) => texts.s("staff-owner"),
        Some(Role::Employee) => texts.s("staff-employee"),
        None => value.unwrap_or_default().to_owned(),
    }
}
