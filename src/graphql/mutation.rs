//! Everything that can be changed. Only staff may, but for `register` and `login`; what is the
//! owner's says so.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::Asked;
use super::accounts::{
    ChangePasswordPayload, LoginPayload, RegisterPayload, outcome, read_credentials,
    read_new_password, read_registration,
};
use super::files::{self, ImportArchivePayload, ImportCsvPayload};
use super::input::{Card, CustomerInput, NewStageInput, StageInput, TaskInput};
use super::loader;
use super::stages::{DeleteStagePayload, StagePayload};
use super::view::{CommentView, CustomerView, RoleEnum, TaskView, UserView, user};
use crate::app;
use crate::domain::{
    CustomerId, DeliveryId, Email, EmployeeId, Message, NewApproval, NoticeId, Phone, Result, Role,
    StageId, Sum, TaskId, TimeOfDay,
};
use crate::sheet::FIELD;
use crate::store::Transaction;

/// The answer of the mutations of one's own or another's account.
#[derive(SimpleObject)]
pub struct UpdateUserPayload {
    user: UserView,
}

#[derive(SimpleObject)]
pub struct CustomerPayload {
    customer: CustomerView,
}

#[derive(SimpleObject)]
pub struct DeleteCustomerPayload {
    /// The deleted card's phone, as it was typed when the card was made.
    phone: String,
}

#[derive(SimpleObject)]
pub struct TaskPayload {
    task: TaskView,
}

#[derive(SimpleObject)]
pub struct CommentPayload {
    comment: CommentView,
    task: TaskView,
}

#[derive(SimpleObject)]
pub struct DeleteTaskPayload {
    id: ID,
}

#[derive(SimpleObject)]
pub struct RetryWebhookPayload {
    id: ID,
}

#[derive(SimpleObject)]
pub struct LogoutPayload {
    success: bool,
}

#[derive(SimpleObject)]
pub struct CreateInvitePayload {
    /// To be passed to `register` as `invite`, with the invited e-mail. Shown this once.
    token: String,
    /// The page on which the invited person makes the account.
    url: String,
    /// Until when it can be used, RFC 3339 in UTC.
    expires_time: String,
}

#[derive(SimpleObject)]
pub struct CreateStaffCodePayload {
    /// To be sent to the bot. Shown this once.
    code: String,
    /// Opens the bot with the code; null while nobody knows where the bot is.
    url: Option<String>,
    /// Until when it can be used, RFC 3339 in UTC.
    expires_time: String,
}

pub struct Mutation;

#[Object]
impl Mutation {
    /// Makes an account. Expected failures (a taken e-mail, weak or unequal passwords, a missing
    /// invite) come in `errors`, not as GraphQL errors.
    async fn register(
        &self,
        ctx: &Context<'_>,
        email: String,
        password1: String,
        password2: String,
        #[graphql(desc = "The token of `createInvite`, where registration asks for one.")]
        invite: Option<String>,
    ) -> Result<RegisterPayload> {
        let desk = ctx.desk()?;
        let attempt = desk.limits.attempt(ctx.caller()?.address)?;
        let (email, password) = match read_registration(&email, &password1, &password2)? {
            Ok(read) => read,
            Err(errors) => {
                let errors = Some(errors);
                return Ok(RegisterPayload {
                    errors,
                    ..Default::default()
                });
            }
        };
        let made = app::accounts::register(desk, attempt, email, password, invite).await;
        let (errors, made) = outcome(made)?;
        let token = made.map(|made| made.token);
        Ok(RegisterPayload {
            success: token.is_some(),
            errors,
            token,
            refresh_token: None,
        })
    }

    /// Signs in. Expected failures come in `errors`, not as GraphQL errors.
    async fn login(
        &self,
        ctx: &Context<'_>,
        email: Option<String>,
        password: String,
    ) -> Result<LoginPayload> {
        let desk = ctx.desk()?;
        let attempt = desk.limits.attempt(ctx.caller()?.address)?;
        let signed_in = match read_credentials(email.as_deref(), password) {
            Ok((email, password)) => app::accounts::login(desk, attempt, email, password).await,
            Err(error) => Err(error),
        };
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
        let user = user(ctx.desk()?.db.write(work).await?);
        Ok(UpdateUserPayload { user })
    }

    /// Changes one's own password and ends every token of the account but the one that comes
    /// back. Expected failures come in `errors`.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        old_password: String,
        new_password1: String,
        new_password2: String,
    ) -> Result<ChangePasswordPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let attempt = desk.limits.attempt(ctx.caller()?.address)?;
        let new = |email: &Email| {
            let fields = ["newPassword1", "newPassword2"];
            read_new_password(fields, &new_password1, &new_password2, email)
        };
        let changed =
            app::accounts::change_password(desk, actor, attempt, old_password.into(), new).await;
        let (errors, changed) = outcome(changed)?;
        let token = changed.map(|changed| changed.token);
        Ok(ChangePasswordPayload {
            success: token.is_some(),
            errors,
            token,
        })
    }

    /// Ends every token of one's own account, this one too.
    async fn logout_everywhere(&self, ctx: &Context<'_>) -> Result<LogoutPayload> {
        let actor = ctx.actor()?;
        ctx.desk()?
            .db
            .write(move |tx| app::accounts::logout_everywhere(tx, &actor))
            .await?;
        Ok(LogoutPayload { success: true })
    }

    /// Makes a code that links one's own Telegram: sent to the bot within 15 minutes, it works once.
    /// The code before is dead.
    async fn create_staff_code(&self, ctx: &Context<'_>) -> Result<CreateStaffCodePayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let now = desk.clock.now();
        let made = desk
            .db
            .write(move |tx| app::staff_bot::create_code(tx, &actor, now))
            .await?;
        Ok(CreateStaffCodePayload {
            url: desk.bot_url(&made.start()),
            code: made.code.as_str().to_owned(),
            expires_time: made.expires.to_string(),
        })
    }

    /// Takes one's own Telegram account away, and what waits to be sent to it.
    async fn unlink_my_telegram(&self, ctx: &Context<'_>) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let work = move |tx: &Transaction<'_>| app::staff_bot::unlink(tx, &actor);
        let user = user(ctx.desk()?.db.write(work).await?);
        Ok(UpdateUserPayload { user })
    }

    /// Chooses when the bot sends one's own open tasks each morning. It begins tomorrow when that
    /// time of today is over.
    async fn set_morning_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "HH:MM by the shop's clock; null for never.")] time: Option<String>,
    ) -> Result<UpdateUserPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let time = time
            .map(|time| TimeOfDay::parse("time", &time))
            .transpose()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let work =
            move |tx: &Transaction<'_>| app::staff_bot::set_morning(tx, &shop, &actor, time, now);
        let user = user(desk.db.write(work).await?);
        Ok(UpdateUserPayload { user })
    }

    /// Invites somebody to make an account with that e-mail, once, within 72 hours. The owner's.
    async fn create_invite(
        &self,
        ctx: &Context<'_>,
        email: String,
        #[graphql(desc = "EMPLOYEE when not given.")] role: Option<RoleEnum>,
    ) -> Result<CreateInvitePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let email = Email::parse("email", &email)?;
        let role = role.map_or(Role::Employee, Into::into);
        let (policy, now) = (desk.registration, desk.clock.now());
        let invite = desk
            .db
            .write(move |tx| app::accounts::invite(tx, Some(owner), policy, &email, role, now))
            .await?;
        Ok(CreateInvitePayload {
            url: desk.invite_url(&invite.token),
            token: invite.token,
            expires_time: invite.expires.to_string(),
        })
    }

    /// Shuts an account and ends its tokens. What the employee did stays. The owner's; CONFLICT
    /// for the last owner.
    async fn deactivate_employee(&self, ctx: &Context<'_>, id: ID) -> Result<UpdateUserPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let id = EmployeeId::parse("id", &id)?;
        let work = move |tx: &Transaction<'_>| app::accounts::deactivate(tx, &owner, id);
        let user = user(ctx.desk()?.db.write(work).await?);
        Ok(UpdateUserPayload { user })
    }

    /// Makes an employee an owner, or an owner an employee. The owner's; CONFLICT for the last
    /// owner.
    async fn set_role(
        &self,
        ctx: &Context<'_>,
        id: ID,
        role: RoleEnum,
    ) -> Result<UpdateUserPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let id = EmployeeId::parse("id", &id)?;
        let work = move |tx: &Transaction<'_>| app::accounts::set_role(tx, &owner, id, role.into());
        let user = user(ctx.desk()?.db.write(work).await?);
        Ok(UpdateUserPayload { user })
    }

    /// Makes a stage, the last one of its status. The owner's; CONFLICT when the name is taken.
    async fn create_stage(
        &self,
        ctx: &Context<'_>,
        stage_data: NewStageInput,
    ) -> Result<StagePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let new = stage_data.read()?;
        let work = move |tx: &Transaction<'_>| app::stages::create(tx, &owner, &new);
        Ok(ctx.desk()?.db.write(work).await?.into())
    }

    /// Changes a stage; what isn't given stays. The owner's; CONFLICT when the name is taken.
    async fn update_stage(
        &self,
        ctx: &Context<'_>,
        stage_data: StageInput,
    ) -> Result<StagePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let (id, change) = stage_data.read()?;
        let work = move |tx: &Transaction<'_>| app::stages::update(tx, &owner, id, &change);
        Ok(ctx.desk()?.db.write(work).await?.into())
    }

    /// Deletes a stage. Where it has tasks, another one of the same status takes them, `tasksTo`;
    /// their customers are told nothing of it. The owner's; CONFLICT for the last one of a status.
    async fn delete_stage(
        &self,
        ctx: &Context<'_>,
        id: ID,
        tasks_to: Option<ID>,
    ) -> Result<DeleteStagePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let (stage, now) = (StageId::parse("id", &id)?, desk.clock.now());
        let to = tasks_to.map(|id| StageId::parse("tasksTo", &id));
        let to = to.transpose()?;
        desk.db
            .write(move |tx| app::stages::delete(tx, &owner, stage, to, now))
            .await?;
        Ok(DeleteStagePayload { id })
    }

    /// Makes a customer's card. CONFLICT, with the card's id, when there is one with that phone,
    /// however it is written.
    async fn create_customer(
        &self,
        ctx: &Context<'_>,
        customer_data: CustomerInput,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let Card { phone, change, .. } = customer_data.read(&shop)?;
        let work = move |tx: &Transaction<'_>| {
            app::customers::create(tx, &shop, &actor, &phone, &change, now)
        };
        let customer = loader::customer(desk.db.write(work).await?);
        Ok(CustomerPayload { customer })
    }

    /// Changes the card that is found by `phone`; a changed number means a new card. NOT_FOUND
    /// when there is none with that phone.
    async fn update_customer(
        &self,
        ctx: &Context<'_>,
        customer_data: CustomerInput,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let Card { id, phone, change } = customer_data.read(&shop)?;
        let work = move |tx: &Transaction<'_>| {
            app::customers::update(tx, &shop, &actor, &phone, id, &change, now)
        };
        let customer = loader::customer(desk.db.write(work).await?);
        Ok(CustomerPayload { customer })
    }

    /// Erases a customer's card. Tasks of the customer stay; their `customer` becomes null, and
    /// their links end.
    async fn delete_customer(
        &self,
        ctx: &Context<'_>,
        phone: String,
    ) -> Result<DeleteCustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let phone = Phone::parse("phone", &phone, desk.shop.country)?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| app::customers::delete(tx, &actor, &phone, now);
        let customer = desk.db.write(work).await?;
        Ok(DeleteCustomerPayload {
            phone: customer.phone.typed().to_owned(),
        })
    }

    /// Erases a person wholly: the card as `deleteCustomer` does, and also the descriptions,
    /// devices, messages and pictures of their tasks, now and in the history. For the owner.
    async fn erase_customer(
        &self,
        ctx: &Context<'_>,
        phone: String,
    ) -> Result<DeleteCustomerPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let phone = Phone::parse("phone", &phone, desk.shop.country)?;
        let customer = app::customers::erase(desk, owner, phone).await?;
        Ok(DeleteCustomerPayload {
            phone: customer.phone.typed().to_owned(),
        })
    }

    /// Vouches that a card's Telegram account is the customer's. From then on it is told of the
    /// tasks.
    async fn confirm_telegram(
        &self,
        ctx: &Context<'_>,
        customer_id: ID,
    ) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (
            CustomerId::parse("customerId", &customer_id)?,
            desk.clock.now(),
        );
        let work =
            move |tx: &Transaction<'_>| app::customers::confirm_telegram(tx, &actor, id, now);
        let customer = loader::customer(desk.db.write(work).await?);
        Ok(CustomerPayload { customer })
    }

    /// Takes a card's Telegram account away, and what waits to be sent to it.
    async fn unlink_telegram(&self, ctx: &Context<'_>, customer_id: ID) -> Result<CustomerPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (
            CustomerId::parse("customerId", &customer_id)?,
            desk.clock.now(),
        );
        let work = move |tx: &Transaction<'_>| app::customers::unlink_telegram(tx, &actor, id, now);
        let customer = loader::customer(desk.db.write(work).await?);
        Ok(CustomerPayload { customer })
    }

    /// Registers a task. `customerPhone` is required; an unknown phone makes the card. The
    /// signed-in employee becomes responsible.
    async fn create_task(&self, ctx: &Context<'_>, task_data: TaskInput) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (new, now) = (task_data.into_new(&desk.shop)?, desk.clock.now());
        let row = desk
            .db
            .write(move |tx| app::tasks::create(tx, &actor, &new, now))
            .await?;
        Ok(TaskPayload {
            task: loader::task(row, &desk.shop.timezone),
        })
    }

    /// Changes a task; what isn't given stays. The customer is told of a new status or stage.
    /// `customerPhone` can't change: another one is BAD_USER_INPUT.
    async fn update_task(&self, ctx: &Context<'_>, task_data: TaskInput) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let (id, change) = task_data.into_change(&shop)?;
        let work =
            move |tx: &Transaction<'_>| app::tasks::update(tx, &shop, &actor, id, &change, now);
        Ok(TaskPayload {
            task: loader::task(desk.db.write(work).await?, &desk.shop.timezone),
        })
    }

    /// Makes an employee responsible for a task; nobody when `employeeId` is null.
    async fn assign_task(
        &self,
        ctx: &Context<'_>,
        id: ID,
        employee_id: Option<ID>,
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let employee = employee_id
            .map(|id| EmployeeId::parse("employeeId", &id))
            .transpose()?;
        let work = move |tx: &Transaction<'_>| {
            app::tasks::assign(tx, &actor, id, employee, expected_version, now)
        };
        Ok(TaskPayload {
            task: loader::task(desk.db.write(work).await?, &desk.shop.timezone),
        })
    }

    /// Deletes a task. Its number is never given again.
    async fn delete_task(&self, ctx: &Context<'_>, id: ID) -> Result<DeleteTaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (task, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        desk.db
            .write(move |tx| app::tasks::delete(tx, &actor, task, now))
            .await?;
        Ok(DeleteTaskPayload { id })
    }

    /// Gives a task a link (`statusUrl`) by which its customer sees how far it is, in the place of
    /// the one before, which is dead at once. All staff may.
    async fn renew_status_link(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let links = desk.links.clone();
        let work = move |tx: &Transaction<'_>| {
            app::status_links::renew(tx, &actor, &links, id, now)?;
            app::tasks::get(tx, &actor, id)
        };
        Ok(TaskPayload {
            task: loader::task(desk.db.write(work).await?, &desk.shop.timezone),
        })
    }

    /// Imports a CSV file: our own, RemOnline's export of orders, or any table with headings that are
    /// known. All of its rows, or none: BAD_USER_INPUT when `previewImport` shows an error. Tasks that
    /// came before don't come again. Customers are told nothing. The owner's.
    async fn import_csv(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file's text. The page /data takes longer ones, and other letters.")]
        csv: String,
        #[graphql(
            desc = "The `digest` of the preview; CONFLICT when something else would happen now."
        )]
        expected: Option<String>,
    ) -> Result<ImportCsvPayload> {
        let actor = ctx.actor()?;
        let (owner, desk) = (actor.require_owner()?, ctx.desk()?);
        let sheet = desk.db.read(files::reader(desk, actor, csv)).await?;
        let now = desk.clock.now();
        let work = move |tx: &Transaction<'_>| {
            app::imports::apply(tx, &owner, FIELD, &sheet, expected.as_deref(), now)
        };
        let report = desk.db.write(work).await?.into();
        Ok(ImportCsvPayload { report })
    }

    /// Takes an archive back into a database in which nobody has written anything down. Whoever
    /// does it stays the owner, with the same password; all others of the archive come back
    /// deactivated, to be invited again. The page /data takes longer archives. The owner's.
    async fn import_archive(
        &self,
        ctx: &Context<'_>,
        archive: String,
    ) -> Result<ImportArchivePayload> {
        let owner = ctx.actor()?.require_owner()?;
        let restored = app::archive::restore(ctx.desk()?, owner, "archive", archive);
        let token = restored.await?;
        Ok(ImportArchivePayload { token })
    }

    /// Tries an undelivered notice again, with the status that the task has now.
    async fn retry_notification(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (NoticeId::parse("id", &id)?, desk.clock.now());
        let row = desk
            .db
            .write(move |tx| app::notices::retry(tx, &actor, id, now))
            .await?;
        Ok(TaskPayload {
            task: loader::task(row, &desk.shop.timezone),
        })
    }

    /// Says something about a task: to colleagues, or to its customer, who is told of it, sees it on
    /// the page of the task, and whose own words are answered with it. All staff may.
    async fn add_comment(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(desc = "At most 3,000 characters.")] text: String,
        #[graphql(default)] to_customer: bool,
    ) -> Result<CommentPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let text = Message::parse("text", &text)?;
        let work = move |tx: &Transaction<'_>| {
            let comment = app::comments::add(tx, &actor, id, to_customer, &text, now)?;
            Ok((comment, app::tasks::get(tx, &actor, id)?))
        };
        let (comment, row) = desk.db.write(work).await?;
        Ok(CommentPayload {
            comment: comment.into(),
            task: loader::task(row, &desk.shop.timezone),
        })
    }

    /// Notes that what the customer of a task said needs no answer. All staff may.
    async fn settle_answers(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::comments::settle(tx, &actor, id, now);
        Ok(TaskPayload {
            task: loader::task(desk.db.write(work).await?, &desk.shop.timezone),
        })
    }

    /// Asks the customer of a task to agree to a price, which becomes its estimate, by a button in
    /// Telegram or on the page of the task. A question before it is withdrawn. BAD_USER_INPUT for a
    /// task that is CLOSED. All staff may.
    async fn ask_approval(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(desc = "In the smallest unit of the shop's currency.")] price: i64,
        #[graphql(desc = "What it is for, at most 3,000 characters.")] text: Option<String>,
        expected_version: Option<i64>,
    ) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let text = text.filter(|text| !text.trim().is_empty());
        let new = NewApproval {
            price: Sum::new("price", price)?,
            text: text.map(|text| Message::parse("text", &text)).transpose()?,
            expected_version,
        };
        let work = move |tx: &Transaction<'_>| app::approvals::ask(tx, &actor, id, &new, now);
        Ok(TaskPayload {
            task: loader::task(desk.db.write(work).await?, &desk.shop.timezone),
        })
    }

    /// Takes back the question about a task that its customer has not answered yet. All staff may.
    async fn withdraw_approval(&self, ctx: &Context<'_>, id: ID) -> Result<TaskPayload> {
        let actor = ctx.actor()?;
        let desk = ctx.desk()?;
        let (id, now) = (TaskId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::approvals::take_back(tx, &actor, id, now);
        Ok(TaskPayload {
            task: loader::task(desk.db.write(work).await?, &desk.shop.timezone),
        })
    }

    /// Tells a webhook what was given up, under the same number and with the status and version of
    /// then. The owner's.
    async fn retry_webhook(&self, ctx: &Context<'_>, id: ID) -> Result<RetryWebhookPayload> {
        let owner = ctx.actor()?.require_owner()?;
        let desk = ctx.desk()?;
        let (delivery, now) = (DeliveryId::parse("id", &id)?, desk.clock.now());
        let work = move |tx: &Transaction<'_>| app::webhooks::retry(tx, &owner, delivery, now);
        desk.db.write(work).await?;
        Ok(RetryWebhookPayload { id })
    }
}
