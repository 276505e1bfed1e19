//! Mutations of employees and invites by an owner.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::accounts::UpdateUserPayload;
use crate::app::accounts::{AllowedLetter, allow_letter, send_letter};
use crate::app::channel_accounts::EmployeeLink;
use crate::app::{self, Desk};
use crate::domain::{Email, EmployeeId, InviteId, Result, Role};
use crate::graphql::input::UpdateEmployeeInput;
use crate::graphql::scalars::InstantValue;
use crate::graphql::view::{ChannelAttemptView, RoleEnum};
use crate::graphql::{RequestContext, idempotency};
use crate::store::Transaction;

/// Result of `createInvite`.
#[derive(SimpleObject)]
pub struct CreateInvitePayload {
    /// Token to be passed to `register` as `invite`, together with the invited e-mail. Returned
    /// only once, but for a repeated request with the same `idempotencyKey`.
    token: String,
    /// URL of the page where the invited person registers.
    url: String,
    /// Time of expiry.
    expires_time: InstantValue,
    /// What became of the letter; null without `sendTo`.
    letter: Option<ChannelAttemptView>,
}

/// Result of `withdrawInvite`.
#[derive(SimpleObject)]
pub struct WithdrawInvitePayload {
    /// Id of the withdrawn invite.
    id: ID,
}

/// Result of `createPasswordLink`.
#[derive(SimpleObject)]
pub struct CreatePasswordLinkPayload {
    /// URL of the page where the employee sets a new password. Returned only once.
    url: String,
    /// Time of expiry.
    expires_time: InstantValue,
    /// What became of the letter; null without `sendTo`.
    letter: Option<ChannelAttemptView>,
}

/// Checks the letter that a mutation is to send.
fn letter(ctx: &Context<'_>, send_to: Option<&str>) -> Result<Option<AllowedLetter>> {
    let allow = |to| allow_letter(ctx.desk()?, ctx.actor()?.require_owner()?, to);
    send_to.map(allow).transpose()
}

/// Sends the letter with a link, if there is one.
async fn send(
    desk: &Desk,
    letter: Option<AllowedLetter>,
    link: EmployeeLink,
    token: &str,
) -> Result<Option<ChannelAttemptView>> {
    let Some(letter) = letter else {
        return Ok(None);
    };
    let tried = send_letter(desk, letter, link, token.to_owned()).await?;
    let attempt = ChannelAttemptView::new(tried.map(|()| (None, None)));
    Ok(Some(attempt))
}

#[derive(Default)]
pub struct EmployeeMutation;

#[Object]
impl EmployeeMutation {
    /// Creates a single-use invite for this e-mail, valid for 72 hours, and sends it by e-mail if `sendTo` says so. Owner
    /// only; BAD_USER_INPUT at `sendTo` when e-mail isn't set up, RATE_LIMITED for too many letters.
    async fn create_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An e-mail address, of at most 254 bytes in UTF-8.")] email: String,
        #[graphql(desc = "Defaults to EMPLOYEE.")] role: Option<RoleEnum>,
        #[graphql(
            desc = "Address to which the link is sent; null sends nothing. A letter that isn't taken leaves the invite as \
                    it is: see `letter`."
        )]
        send_to: Option<String>,
        #[graphql(
            desc = "Chosen by the client, 1 to 255 characters: within 24 hours the same key with the same content creates \
                    nothing again and gets the same answer, with another content CONFLICT."
        )]
        idempotency_key: Option<String>,
    ) -> Result<CreateInvitePayload> {
        let (owner, desk) = (ctx.actor()?.require_owner()?, ctx.desk()?);
        let request = idempotency::request(ctx, idempotency_key)?;
        let email = Email::parse("email", &email)?;
        let letter = letter(ctx, send_to.as_deref())?;
        let role = role.map_or(Role::Employee, Into::into);
        let policy = desk.invite_policy();
        let work = move |tx: &Transaction<'_>| {
            app::accounts::invite_once(tx, owner, &policy, &email, role, &request)
        };
        let invite = desk.db.write(work).await?;
        Ok(CreateInvitePayload {
            letter: send(desk, letter, EmployeeLink::Invite, &invite.token).await?,
            url: desk.invite_url(&invite.token),
            token: invite.token,
            expires_time: InstantValue(invite.expires),
        })
    }

    /// Withdraws an invite. Owner only; NOT_FOUND for one that is used, expired or withdrawn.
    async fn withdraw_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the invite.")] id: ID,
    ) -> Result<WithdrawInvitePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, invite) = (ctx.desk()?, InviteId::parse("id", &id)?);
        let now = desk.clock.now();
        let work =
            move |tx: &Transaction<'_>| app::accounts::withdraw_invite(tx, &owner, invite, now);
        desk.db.write(work).await?;
        Ok(WithdrawInvitePayload { id })
    }

    /// Changes the name and the colour of an employee. FORBIDDEN for somebody else's, but for an owner.
    async fn update_employee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Changes to the employee; omitted fields are kept.")]
        employee_data: UpdateEmployeeInput,
    ) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let (id, change) = employee_data.read()?;
        let work =
            move |tx: &Transaction<'_>| app::accounts::update_employee(tx, &actor, id, &change);
        UpdateUserPayload::write(ctx.desk()?, work).await
    }

    /// Deactivates an account, and revokes its tokens, the invites it made and those to its e-mail.
    /// The employee's work stays. Owner only; CONFLICT for the last owner.
    async fn deactivate_employee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the employee.")] id: ID,
    ) -> Result<UpdateUserPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, id) = (ctx.desk()?, EmployeeId::parse("id", &id)?);
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::accounts::deactivate(tx, &owner, id, now);
        UpdateUserPayload::write(desk, work).await
    }

    /// Reactivates an account with its old password and role. Owner only.
    async fn reactivate_employee(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the employee.")] id: ID,
    ) -> Result<UpdateUserPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, id) = (ctx.desk()?, EmployeeId::parse("id", &id)?);
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::accounts::reactivate(tx, &owner, id, now);
        UpdateUserPayload::write(desk, work).await
    }

    /// Makes a single-use link by which an employee sets a new password, valid for 24 hours; it replaces an earlier one, and
    /// is sent by e-mail if `sendTo` says so. Owner only; BAD_USER_INPUT for a deactivated employee, and at `sendTo` when
    /// e-mail isn't set up; RATE_LIMITED for too many letters.
    async fn create_password_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the employee.")] employee_id: ID,
        #[graphql(
            desc = "Address to which the link is sent; null sends nothing. A letter that isn't taken leaves the link as it \
                    is: see `letter`."
        )]
        send_to: Option<String>,
    ) -> Result<CreatePasswordLinkPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let id = EmployeeId::parse("employeeId", &employee_id)?;
        let letter = letter(ctx, send_to.as_deref())?;
        let now = desk.clock.now();
        let work =
            move |tx: &Transaction<'_>| app::accounts::create_password_link(tx, &owner, id, now);
        let link = desk.db.write(work).await?;
        Ok(CreatePasswordLinkPayload {
            letter: send(desk, letter, EmployeeLink::Password, &link.token).await?,
            url: desk.password_url(&link.token),
            expires_time: InstantValue(link.expires),
        })
    }

    /// Changes the role of an employee. A demoted owner's invites are revoked. Owner only; CONFLICT
    /// for the last owner.
    async fn set_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the employee.")] id: ID,
        #[graphql(desc = "The new role.")] role: RoleEnum,
    ) -> Result<UpdateUserPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (desk, id) = (ctx.desk()?, EmployeeId::parse("id", &id)?);
        let (role, now) = (role.into(), desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::accounts::set_role(tx, &owner, id, role, now);
        UpdateUserPayload::write(desk, work).await
    }
}
