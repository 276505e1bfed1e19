//! Signing in, and staying so.

use std::net::IpAddr;

use jiff::Timestamp;
use secrecy::SecretString;

use super::{SignedIn, Source, WHOLE_FORM};
use crate::app::Desk;
use crate::app::security::known_devices::Known;
use crate::app::security::passwords::{Lane, Verdict};
use crate::app::security::tokens::Session;
use crate::domain::{Actor, Email, Employee, Error, Problem, Result, chain};
use crate::store::{self, Transaction};

/// Checks an e-mail and a password. Unknown and shut accounts cost what known ones do, and get
/// the same answer as a wrong password. What is no e-mail gets that answer too, without a hash.
///
/// # Errors
/// [`Error::Invalid`] for wrong credentials, [`Error::RateLimited`] for too many tries.
pub async fn login(
    desk: &Desk,
    source: &Source,
    email: &str,
    password: SecretString,
) -> Result<SignedIn> {
    let Ok(email) = Email::parse("email", email) else {
        desk.limits.attempt(source.address)?;
        return Err(Problem::Credentials.at(WHOLE_FORM).into());
    };
    let known = known(desk, source, &email).await?;
    // A try that gets no turn is not counted: else a full queue would use up the limits of those whom it keeps out.
    let turn = match &known {
        Some(known) => {
            let turn = desk.passwords.turn(Lane::Known(known.employee)).await?;
            desk.limits.known(known)?;
            turn
        }
        None => {
            let turn = desk.passwords.turn(Lane::of(source.address)).await?;
            desk.limits.guess(&email, source.address)?;
            turn
        }
    };
    let found = desk
        .db
        .read(move |c| {
            if !store::employees::any(c)? {
                return Err(Problem::NoAccountYet.at(WHOLE_FORM).into());
            }
            let employee = store::employees::by_email(c, &email)?.filter(|found| found.active);
            let hash = match &employee {
                Some(employee) => store::employees::password_hash(c, employee.id)?,
                None => None,
            };
            Ok(employee.zip(hash))
        })
        .await?;
    let (employee, hash) = found.unzip();
    let verdict = desk.passwords.verify(turn, hash.clone(), password).await?;
    let Some((employee, hash)) = employee.zip(hash).filter(|_| verdict != Verdict::Wrong) else {
        desk.db.metrics().failed_login();
        return Err(Problem::Credentials.at(WHOLE_FORM).into());
    };
    if let Verdict::Outdated(anew) = verdict {
        let id = employee.id;
        let renew =
            move |tx: &Transaction<'_>| store::employees::renew_password_hash(tx, id, &hash, &anew);
        if let Err(error) = desk.db.write(renew).await {
            let error = chain(&error);
            tracing::warn!(%error, employee_id = %id, "can't renew the hash of a password; the next login tries again");
        }
    }
    signed_in(desk, employee)
}

/// Returns who asks, where they are known by what they have of an account, and it is this one.
async fn known(desk: &Desk, source: &Source, email: &Email) -> Result<Option<Known>> {
    if source.known.is_empty() {
        return Ok(None);
    }
    let staff = desk.db.staff().await?;
    let email = email.key();
    let is_this = |known: &&Known| {
        let employee = staff.get(known.employee);
        employee.is_some_and(|employee| known.is(employee) && employee.email.key() == email)
    };
    Ok(source.known.iter().find(is_this).copied())
}

/// Who holds this token, if it still holds.
///
/// # Errors
/// [`Error::Unauthenticated`] for a token that is false, expired, or that its owner ended, and
/// [`Error::RateLimited`] for an account that asks too often.
pub async fn authenticate(desk: &Desk, token: &str, address: IpAddr) -> Result<(Actor, Session)> {
    let session = desk.tokens.session(token, desk.clock.now())?;
    desk.limits.request_by(session.employee, address)?;
    Ok((holds(desk, session).await?, session))
}

/// Whether a token that was read still holds for its account.
///
/// # Errors
/// [`Error::Unauthenticated`] when it does not.
pub async fn holds(desk: &Desk, session: Session) -> Result<Actor> {
    let staff = desk.db.staff().await?;
    let employee = staff.get(session.employee);
    employee
        .filter(|employee| employee.epoch == session.epoch && !staff.has_ended(session.id))
        .ok_or(Error::Unauthenticated)?
        .sign_in()
}

/// Completes when the session ends, for whatever reason. What shows something to its owner for longer than a
/// request takes must end then too, also where the client reads nothing.
pub async fn ended(desk: &Desk, session: Session) {
    let mut changes = desk.db.staff_changes();
    loop {
        let expired = desk.clock.now() >= session.expires;
        // Where the database can't say, the session isn't known to have ended.
        if expired || matches!(holds(desk, session).await, Err(Error::Unauthenticated)) {
            return;
        }
        tokio::select! {
            () = desk.clock.sleep_until(session.expires) => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Ends a session: its token is refused from then on.
///
/// # Errors
/// [`Error::Internal`] when the database fails; the session goes on then.
pub fn logout(tx: &Transaction, session: Session, now: Timestamp) -> Result<()> {
    store::sessions::end(tx, session.id, session.expires, now)
}

pub(super) fn signed_in(desk: &Desk, employee: Employee) -> Result<SignedIn> {
    let token = desk.tokens.sign(&employee, desk.clock.now())?;
    Ok(SignedIn { employee, token })
}
