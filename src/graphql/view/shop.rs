use async_graphql::SimpleObject;

use crate::domain::Currency;

/// Settings of the shop.
#[derive(SimpleObject)]
#[graphql(name = "Shop")]
pub struct ShopView {
    /// Currency of all sums (ISO 4217), for instance "RUB".
    currency: &'static str,
    /// Number of decimal digits of a sum: with 2, the sum 150050 is 1500.50.
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
