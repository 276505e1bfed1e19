use proptest::prelude::*;

use super::*;

fn line(kind: LineKind, quantity: i64, price: i64, discount: Discount) -> LineContent {
    LineContent {
        kind,
        item: None,
        name: LineName::from_row("work".to_owned()),
        quantity: Quantity(quantity),
        unit_price: Money::from_row(price),
        discount,
        cost: Some(Money::from_row(price / 2)),
        done_by: None,
        warranty: None,
    }
}

#[test]
fn a_line_is_rounded_half_away_from_zero() {
    let none = Discount::NONE;
    let ten = Discount::Percent(Percent::parse("p", "10 %").unwrap());
    for (quantity, price, discount, sum) in [
        ("1", 350_000, none, 350_000),
        ("0.5", 333, none, 167),
        ("0,001", 499, none, 0),
        ("0.001", 500, none, 1),
        ("2.25", 100, ten, 202),
        ("3", 5, ten, 13),
    ] {
        let quantity = Quantity::parse("quantity", quantity).unwrap();
        let line = line(LineKind::Part, quantity.0, price, discount);
        assert_eq!(line.sum().minor(), sum, "{quantity} × {price}");
    }
}

#[test]
fn quantities_and_percentages_are_read_strictly() {
    for (text, read) in [
        ("1", Some("1")),
        (" 1 000,250 ", Some("1000.25")),
        ("0.001", Some("0.001")),
        ("1000000", Some("1000000")),
        ("1000000.001", None),
        ("0", None),
        ("0.0001", None),
        ("-1", None),
        ("1e3", None),
        (".5", None),
        ("5.", None),
        ("99999999999999999999", None),
        ("", None),
    ] {
        let quantity = Quantity::parse("quantity", text).ok();
        let quantity = quantity.map(|quantity| quantity.to_string());
        assert_eq!(quantity.as_deref(), read, "{text}");
    }
    for text in ["100.001", "-5", "five", "%"] {
        assert!(Percent::parse("discountPercent", text).is_err(), "{text}");
    }
}

fn any_line() -> impl Strategy<Value = LineContent> {
    let discount = prop_oneof![
        Just(Discount::NONE),
        (0..=100_000_i64).prop_map(|percent| Discount::Percent(Percent(percent))),
        (0..=1_000_i64).prop_map(|sum| Discount::Sum(Money::from_row(sum))),
    ];
    let line_of = |(work, quantity, price, discount)| {
        let kind = if work { LineKind::Work } else { LineKind::Part };
        line(kind, quantity, price, discount)
    };
    (any::<bool>(), 1..=100_000_i64, 0..=10_000_000_i64, discount)
        .prop_map(line_of)
        .prop_filter("a discount of at most the line", |line| {
            line.check().is_ok()
        })
}

proptest! {
    #[test]
    fn the_order_of_lines_never_changes_a_total(
        lines in prop::collection::vec(any_line(), 0..20),
        percent in 0..=100_000_i64,
    ) {
        let discount = Discount::Percent(Percent(percent));
        let totals = Totals::of(&lines, discount).unwrap();
        let reversed = Totals::of(lines.iter().rev(), discount).unwrap();
        prop_assert_eq!(totals, reversed);
        let sums: i64 = lines.iter().map(|line| line.sum().minor()).sum();
        prop_assert_eq!(totals.total.minor() + totals.discount.minor(), sums);
    }

    #[test]
    fn no_discount_makes_a_sum_negative(
        lines in prop::collection::vec(any_line(), 0..20),
        discount in 0..=20_000_000_i64,
    ) {
        for line in &lines {
            prop_assert!(line.sum() >= Money::ZERO);
        }
        let totals = Totals::of(&lines, Discount::Sum(Money::from_row(discount))).unwrap();
        prop_assert!(totals.total >= Money::ZERO);
    }
}
