//! The mutation root. Except for `register` and `login`, all mutations require a signed-in
//! employee; some are for owners only.

mod accounts;
mod bot;
mod channels;
mod conversation;
mod customers;
mod employees;
mod files;
mod lines;
mod max_bot;
mod message_texts;
mod payments;
mod settings;
mod staff_bot;
mod stages;
mod tasks;
mod webhooks;

use async_graphql::MergedObject;

// The parts are asked for a field from the last to the first, so what is called most stands last. The schema lists the fields
// in this order.
/// Changes by signed-in employees, some of them by owners only; `register` and `login` need no
/// sign-in.
#[derive(MergedObject, Default)]
pub struct Mutation(
    stages::StageMutation,
    settings::SettingMutation,
    message_texts::MessageTextMutation,
    bot::BotMutation,
    max_bot::MaxBotMutation,
    channels::ChannelMutation,
    webhooks::WebhookMutation,
    staff_bot::StaffBotMutation,
    employees::EmployeeMutation,
    files::FileMutation,
    accounts::AccountMutation,
    customers::CustomerMutation,
    lines::LineMutation,
    payments::PaymentMutation,
    conversation::ConversationMutation,
    tasks::TaskMutation,
);
