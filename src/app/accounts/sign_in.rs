//! Sign-in, and validation of sessions.

use std::net::IpAddr;

use jiff::Timestamp;
use secrecy::SecretString;

use super::{SignedIn, Source, WHOLE_FORM};
use crate::app::Desk;
use crate::app::security::known_devices::KnownDevice;
use crate::app::security::passwords::{Lane, Verdict};
use crate::app::security::tokens::Session;
use crate::domain::{Actor, Email, Employee, Error, Problem, Result, chain};
use crate::store::{self, Transaction};

/// Checks an e-mail and a password. Unknown and deactivated accounts cost the same time and get the
/// same response as a wrong password. A malformed e-mail gets that response as well, without a
/// hash.
///
/// # Errors
/// [`Error::Invalid`] for wrong credentials, [`Error::RateLimited`] for too many attempts.
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
    // An attempt that is not admitted to the queue isn't counted: a full queue must not use up the
    // limits of the clients that it rejects.
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
            // An account that was imported from an archive has no password.
            let hash = hash.filter(|hash| !hash.is_empty());
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
            tracing::warn!(%error, employee_id = %id, "failed to rehash password; retrying at the next sign-in");
        }
    }
    signed_in(desk, employee)
}

/// Returns the known device or session for the account with this e-mail, if the client has
/// presented one.
async fn known(desk: &Desk, source: &Source, email: &Email) -> Result<Option<KnownDevice>> {
    if source.known.is_empty() {
        return Ok(None);
    }
    let staff = desk.db.staff().await?;
    let email = email.key();
    let is_this = |known: &&KnownDevice| {
        let employee = staff.get(known.employee);
        employee.is_some_and(|employee| known.is(employee) && employee.email.key() == email)
    };
    Ok(source.known.iter().find(is_this).copied())
}

/// Validates a token.
///
/// # Errors
/// [`Error::Unauthenticated`] for an invalid, expired or revoked token, and [`Error::RateLimited`]
/// when the account exceeds its request rate.
pub async fn authenticate(desk: &Desk, token: &str, address: IpAddr) -> Result<(Actor, Session)> {
    let session = desk.tokens.session(token, desk.clock.now())?;
    desk.limits.request_by(session.employee, address)?;
    Ok((holds(desk, session).await?, session))
}

/// Validates that a parsed token is not revoked.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is.
pub async fn holds(desk: &Desk, session: Session) -> Result<Actor> {
    let staff = desk.db.staff().await?;
    let employee = staff.get(session.employee);
    employee
        .filter(|employee| employee.epoch == session.epoch && !staff.has_ended(session.id))
        .ok_or(Error::Unauthenticated)?
        .sign_in()
}

/// Completes when the session ends for any reason. Long-lived responses of a session must end then
/// too, even if the client reads nothing.
pub async fn ended(desk: &Desk, session: Session) {
    let mut changes = desk.db.staff_changes();
    loop {
        let expired = desk.clock.now() >= session.expires;
        // A database failure doesn't end the session.
        if expired || matches!(holds(desk, session).await, Err(Error::Unauthenticated)) {
            return;
        }
        tokio::select! {
            () = desk.clock.sleep_until(session.expires) => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Ends a session and so revokes its token.
///
/// # Errors
/// [`Error::Internal`] when the database fails; the session then continues.
pub fn logout(tx: &Transaction, session: Session, now: Timestamp) -> Result<()> {
    store::sessions::end(tx, session.id, session.expires, now)
}

pub(super) fn signed_in(desk: &Desk, employee: Employee) -> Result<SignedIn> {
    let token = desk.tokens.sign(&employee, desk.clock.now())?;
    Ok(SignedIn { employee, token })
}
