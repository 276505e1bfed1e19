//! Letters with the links of employees. Only the fingerprint of a link is stored, so its letter isn't queued: it is sent
//! within the request, and who asked for it is told the outcome.

use std::time::Duration;

use jiff::Timestamp;

use super::password_links::linked_employee;
use crate::app::Desk;
use crate::app::channel_accounts::{EmployeeLink, LinkLetter, Tried};
use crate::app::channels::within;
use crate::app::security::secrets;
use crate::domain::{
    AuditAction, Email, Error, Language, MailAccount, Owner, Problem, Registration, Result,
};
use crate::store::{self, Connection, Transaction};

/// Name of the address in input.
pub const SEND_TO: &str = "sendTo";
/// Maximum time that a request waits for the mail server; the letter is sent to the end nevertheless.
const LONGEST: Duration = Duration::from_secs(10);
/// Number of characters of a link's digest in the id of its letter.
const ID: usize = 20;

/// A letter that may be sent: e-mail is set up, and the owner hasn't asked for too many.
pub struct AllowedLetter {
    account: MailAccount,
    to: Email,
    owner: Owner,
}

/// Checks what can be checked of a letter before its link is made.
///
/// # Errors
/// [`Error::Invalid`] at `sendTo` for what is no address, and when e-mail isn't set up; [`Error::RateLimited`].
pub fn allow_letter(desk: &Desk, owner: Owner, to: &str) -> Result<AllowedLetter> {
    let to = Email::parse(SEND_TO, to)?;
    let off = || Error::from(Problem::ChannelOff.at(SEND_TO));
    let account = desk.mail_account().ok_or_else(off)?;
    desk.limits.letter(owner.id())?;
    Ok(AllowedLetter { account, to, owner })
}

/// A link of an employee that can be used.
pub struct UsableLink {
    pub link: EmployeeLink,
    /// E-mail of the person whom it is for.
    pub email: Email,
    pub expires: Timestamp,
    /// Language of the person, if it is known.
    language: Option<Language>,
}

/// Returns an invite, or a link for a new password, by its token.
///
/// # Errors
/// [`Error::Invalid`] at `sendTo` for one that can't be used any more.
pub fn usable_link(
    connection: &Connection,
    _: &Owner,
    registration: Registration,
    (link, token): (EmployeeLink, &str),
    now: Timestamp,
) -> Result<UsableLink> {
    let hash = secrets::fingerprint(token);
    let found = match link {
        EmployeeLink::Invite => {
            let invite = store::invites::by_token_hash(connection, &hash)?;
            let invite = invite.filter(|invite| invite.is_usable(false, registration, now));
            invite.and_then(|invite| Some((invite.email?, invite.expires, None)))
        }
        EmployeeLink::Password => {
            let expires = store::password_links::expires(connection, &hash)?;
            let employee = linked_employee(connection, token, now)?.zip(expires);
            employee.map(|(employee, expires)| (employee.email, expires, employee.language))
        }
    };
    let gone = match link {
        EmployeeLink::Invite => Problem::InviteUnusable,
        EmployeeLink::Password => Problem::PasswordLinkUnusable,
    };
    let (email, expires, language) = found.ok_or_else(|| Error::from(gone.at(SEND_TO)))?;
    Ok(UsableLink {
        link,
        email,
        expires,
        language,
    })
}

/// Sends the letter with a link, and returns whether the mail server took it.
///
/// # Errors
/// As for [`usable_link`].
pub async fn send_letter(
    desk: &Desk,
    AllowedLetter { account, to, owner }: AllowedLetter,
    link: EmployeeLink,
    token: String,
) -> Result<Tried<()>> {
    let (registration, now) = (desk.settings.now().registration, desk.clock.now());
    let (address, asked) = (to.clone(), token.clone());
    let record = move |tx: &Transaction<'_>| {
        let usable = usable_link(tx, &owner, registration, (link, &*asked), now)?;
        let action = match link {
            EmployeeLink::Invite => AuditAction::InviteLetter,
            EmployeeLink::Password => AuditAction::PasswordLetter,
        };
        let (subject, to) = (usable.email.as_str(), [None, Some(address.as_str())]);
        store::audit::insert(tx, owner.id(), action, subject, to, now)?;
        Ok(usable)
    };
    let usable = desk.db.write(record).await?;
    let shop = desk.shop();
    let letter = LinkLetter {
        account,
        link,
        url: match link {
            EmployeeLink::Invite => desk.invite_url(&token),
            EmployeeLink::Password => desk.password_url(&token),
        },
        expires: usable.expires,
        id: letter_id(&token),
        language: usable.language.unwrap_or(shop.language),
        shop,
        to,
    };
    within(LONGEST, (desk.channels.calls.link)(letter)).await
}

/// Returns the id of the letter with a link. A repeated letter has the same, by which mailboxes show it once.
fn letter_id(token: &str) -> String {
    let digest = secrets::mark(token);
    format!("link-{}", &digest[..ID])
}
