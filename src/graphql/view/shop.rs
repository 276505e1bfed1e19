use async_graphql::SimpleObject;

use crate::domain::Currency;

/// What is set for the whole shop.
#[derive(SimpleObject)]
#[graphql(name = "Shop")]
pub struct ShopView {
    /// The currency of all sums (ISO 4217), for instance "RUB".
    currency: &'static str,
    /// How many of a sum's digits stand behind the point: with 2 the sum 150050 is 1500.50.
    currency_digits: u32,
}

impl From<Currency> for ShopView {
    fn from(currency: Currency) -> Self {
        Self {
            currency: currency.code(),
            currency_digits: currency.digits(),
        }
    }
}
