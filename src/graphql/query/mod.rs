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
// The schema lists the fields in this order.
#[derive(MergedObject, Default)]
pub struct Query(
    shop::ShopQuery,
    message_texts::MessageTextQuery,
    customers::CustomerQuery,
    changes::ChangeQuery,
    tasks::TaskQuery,
    money::MoneyQuery,
    reports::ReportQuery,
    files::FileQuery,
    deliveries::DeliveryQuery,
);
