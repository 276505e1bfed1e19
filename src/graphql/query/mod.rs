//! The query root. All queries require a signed-in employee.

mod changes;
mod customers;
mod deliveries;
mod files;
mod message_texts;
mod money;
mod reports;
mod shop;
mod tasks;

use async_graphql::MergedObject;

/// Reads of the shop by signed-in employees, some of them by owners only.
// The parts are asked for a field from the last to the first, so what is called most stands last. The schema lists the fields
// in this order.
#[derive(MergedObject, Default)]
pub struct Query(
    deliveries::DeliveryQuery,
    files::FileQuery,
    message_texts::MessageTextQuery,
    reports::ReportQuery,
    changes::ChangeQuery,
    money::MoneyQuery,
    customers::CustomerQuery,
    shop::ShopQuery,
    tasks::TaskQuery,
);
