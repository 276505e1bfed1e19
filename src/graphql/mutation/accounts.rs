//! Mutations of one's own account: registration, sign-in and changes.

use async_graphql::{Context, Object, SimpleObject};

use crate::app::{self, Desk};
use crate::domain::{Email, Employee, EmployeeName, Error, Result};
use crate::graphql::RequestContext;
use crate::graphql::accounts::{
    ChangePasswordPayload, LoginPayload, RegisterPayload, outcome, read_new_password,
    read_registration,
};
use crate::graphql::view::{UserView, user};
use crate::store::Transaction;

/// Result of the mutations that change an account.
#[derive(SimpleObject)]
pub struct UpdateUserPayload {
    /// The account after the change.
    user: UserView,
}

impl UpdateUserPayload {
    /// Performs a write that returns the changed account.
    pub async fn write(
        desk: &Desk,
        work: impl FnOnce(&Transaction<'_>) -> Result<Employee> + Send + 'static,
    ) -> Result<Self> {
        let user = user(desk.db.write(work).await?);
        Ok(Self { user })
    }
}

/// Result of `logout` and `logoutEverywhere`.
#[derive(SimpleObject)]
pub struct LogoutPayload {
    /// Always true: a failure is a GraphQL error.
    success: bool,
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Registers an account. Expected failures (a taken e-mail, weak or unequal passwords, a
    /// missing invite) are returned in `errors`, not as GraphQL errors.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An e-mail address, of at most 254 bytes in UTF-8.")] email: String,
        #[graphql(desc = "The new password, of 8 to 128 characters and not easily guessed.")]
        password1: String,
        #[graphql(desc = "The same password again.")] password2: String,
        #[graphql(desc = "The token of `createInvite`, if registration requires an invite.")]
        invite: Option<String>,
    ) -> Result<RegisterPayload> {
        let desk = ctx.desk()?;
        let (caller, about) = (ctx.caller()?, &desk.shop().about);
        let attempt = desk.limits.attempt(caller.address)?;
        let (email, password) = match read_registration(&email, &password1, &password2, about)? {
            Ok(read) => read,
            Err(errors) => {
                let errors = Some(errors);
                return Ok(RegisterPayload {
                    errors,
                    ..Default::default()
                });
            }
        };
        let made = {
            let person = (email, EmployeeName::default());
            app::accounts::register(desk, attempt, caller.local, person, password, invite).await
        };
        let (errors, made) = outcome(made)?;
        let token = made.map(|made| made.token);
        Ok(RegisterPayload {
            success: token.is_some(),
            errors,
            token,
            refresh_token: None,
        })
    }

    /// Signs in. Expected failures are returned in `errors`, not as GraphQL errors. A request that
    /// carries a token of the same account in its header, even an expired one, is not affected by
    /// other clients' failed attempts.
    async fn login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "E-mail address of the account, in any case.")] email: Option<String>,
        #[graphql(desc = "Password of the account.")] password: String,
    ) -> Result<LoginPayload> {
        let desk = ctx.desk()?;
        let (source, email) = (ctx.caller()?.source(), email.unwrap_or_default());
        let signed_in = app::accounts::login(desk, &source, &email, password.into()).await;
        let (errors, signed_in) = outcome(signed_in)?;
        let (user, token) = signed_in.map(|s| (user(s.employee), s.token)).unzip();
        Ok(LoginPayload {
            success: token.is_some(),
            errors,
            token,
            refresh_token: None,
            user,
        })
    }

    /// Changes one's own e-mail. CONFLICT when it is taken.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An e-mail address, of at most 254 bytes in UTF-8. Null keeps it.")]
        email: Option<String>,
    ) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let email = email
            .map(|email| Email::parse("email", &email))
            .transpose()?;
        let work = move |tx: &Transaction<'_>| match email {
            Some(email) => app::accounts::update_me(tx, &actor, &email),
            None => app::accounts::me(tx, &actor),
        };
        UpdateUserPayload::write(ctx.desk()?, work).await
    }

    /// Changes one's own password, and revokes every token of the account except the returned one.
    /// Expected failures are returned in `errors`.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The current password.")] old_password: String,
        #[graphql(desc = "The new password, of 8 to 128 characters and not easily guessed.")]
        new_password1: String,
        #[graphql(desc = "The same password again.")] new_password2: String,
    ) -> Result<ChangePasswordPayload> {
        let viewer = ctx.caller()?.viewer.ok_or(Error::Unauthenticated)?;
        let desk = ctx.desk()?;
        let new = |email: &Email| {
            let fields = ["newPassword1", "newPassword2"];
            let about = &desk.shop().about;
            read_new_password(fields, &new_password1, &new_password2, email, about)
        };
        let changed = app::accounts::change_password(desk, viewer, old_password.into(), new).await;
        let (errors, changed) = outcome(changed)?;
        let token = changed.map(|changed| changed.token);
        Ok(ChangePasswordPayload {
            success: token.is_some(),
            errors,
            token,
        })
    }

    /// Ends the session of the request's token. The token is revoked, and the session's
    /// subscriptions and streams are closed.
    async fn logout(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        let (_, session) = ctx.caller()?.viewer.ok_or(Error::Unauthenticated)?;
        let desk = ctx.desk()?;
        let now = desk.clock.now();
        let end = move |tx: &Transaction<'_>| app::accounts::logout(tx, session, now);
        desk.db.write(end).await?;
        Ok(LogoutPayload { success: true })
    }

    /// Revokes every token of one's own account, including the request's.
    async fn logout_everywhere(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        let actor = ctx.actor()?;
        ctx.desk()?
            .db
            .write(move |tx| app::accounts::logout_everywhere(tx, &actor))
            .await?;
        Ok(LogoutPayload { success: true })
    }
}
