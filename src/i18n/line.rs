//! A line of a task in words, for the customer and the history.

use super::{amount_text, money, text_with};
use crate::domain::{
    AgreedLine, Currency, Language, LineContent, LineKind, Money, Percent, Quantity,
};

/// What a person reads of a line.
pub struct LineWords<'a> {
    pub kind: LineKind,
    /// Empty once a customer's data was erased.
    pub name: &'a str,
    pub quantity: Quantity,
    pub discount: Money,
    pub sum: Money,
}

impl<'a> From<&'a LineContent> for LineWords<'a> {
    fn from(line: &'a LineContent) -> Self {
        Self {
            kind: line.kind,
            name: line.name.as_str(),
            quantity: line.quantity,
            discount: line.discount_sum(),
            sum: line.sum(),
        }
    }
}

impl<'a> From<&'a AgreedLine> for LineWords<'a> {
    fn from(line: &'a AgreedLine) -> Self {
        Self {
            kind: line.kind,
            name: line.name.as_str(),
            quantity: line.quantity,
            discount: line.discount,
            sum: line.sum,
        }
    }
}

/// Formats a line: «Дисплей × 2: 7 000 ₽ (скидка 500 ₽)».
pub fn line(language: Language, currency: Currency, line: &LineWords<'_>) -> String {
    let sum = |sum| money(language, currency, sum);
    let name = line_name(language, line.kind, line.name);
    let times = match line.quantity {
        Quantity::ONE => String::new(),
        quantity => format!(" × {}", self::quantity(language, quantity)),
    };
    let less = match line.discount {
        Money::ZERO => String::new(),
        discount => {
            let discount = ("sum", sum(discount).into());
            format!(" ({})", text_with(language, "line-less", [discount]))
        }
    };
    format!("{name}{times}: {}{less}", sum(line.sum))
}

/// Returns the name of a line, or its kind where the name was erased.
pub fn line_name(language: Language, kind: LineKind, name: &str) -> String {
    match name {
        "" => line_kind(language, kind),
        name => name.to_owned(),
    }
}

/// Returns the name of a kind of lines.
pub fn line_kind(language: Language, kind: LineKind) -> String {
    super::text(
        language,
        match kind {
            LineKind::Work => "line-kind-work",
            LineKind::Part => "line-kind-part",
        },
    )
}

/// Formats a quantity with the language's decimal point.
pub fn quantity(language: Language, quantity: Quantity) -> String {
    amount_text(language, &quantity.to_string())
}

/// Formats a percentage with the language's decimal point.
pub fn percent(language: Language, percent: Percent) -> String {
    format!("{}\u{a0}%", amount_text(language, &percent.to_string()))
}

/// Formats lines for a message, one below the other with the discount of the whole task, in about
/// `most` characters: what doesn't fit is counted and summed up. The names may be HTML.
pub fn lines(
    language: Language,
    currency: Currency,
    all: &[LineWords<'_>],
    discount: Money,
    most: usize,
) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut left = most;
    for one in all {
        let text = line(language, currency, one);
        let length = text.chars().count() + 1;
        if length > left {
            break;
        }
        left -= length;
        texts.push(text);
    }
    let rest = &all[texts.len()..];
    if !rest.is_empty() {
        let sums = rest.iter().map(|line| line.sum.minor()).sum();
        let sum = money(language, currency, Money::from_row(sums));
        let args = [("count", rest.len().into()), ("sum", sum.into())];
        texts.push(text_with(language, "lines-more", args));
    }
    if discount > Money::ZERO {
        let sum = money(language, currency, discount);
        let label = super::text(language, "lines-discount");
        texts.push(format!("{label}: {sum}"));
    }
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_no_more_than_is_needed() {
        let rubles = Currency::parse("RUB").unwrap();
        let say = |language, name, quantity, discount| {
            let words = LineWords {
                kind: LineKind::Part,
                name,
                quantity: Quantity::parse("quantity", quantity).unwrap(),
                discount: Money::from_row(discount),
                sum: Money::from_row(70_000),
            };
            line(language, rubles, &words).replace('\u{a0}', " ")
        };
        let (russian, english) = (Language::Russian, Language::English);
        assert_eq!(say(russian, "Дисплей", "1", 0), "Дисплей: 700 ₽");
        assert_eq!(
            say(russian, "Провод", "0.5", 5_000),
            "Провод × 0,5: 700 ₽ (скидка 50 ₽)"
        );
        assert_eq!(
            say(english, "Wire", "0.5", 5_000),
            "Wire × 0.5: ₽700 (discount ₽50)"
        );
        assert_eq!(say(russian, "", "2", 0), "Запчасть × 2: 700 ₽");
    }

    #[test]
    fn a_message_has_room_for_some_lines_and_counts_the_others() {
        let rubles = Currency::parse("RUB").unwrap();
        let words = || LineWords {
            kind: LineKind::Work,
            name: "Пайка",
            quantity: Quantity::ONE,
            discount: Money::ZERO,
            sum: Money::from_row(10_000),
        };
        let all: Vec<LineWords<'_>> = std::iter::repeat_with(words).take(5).collect();
        let say = |most| {
            let discount = Money::from_row(5_000);
            lines(Language::Russian, rubles, &all, discount, most).replace('\u{a0}', " ")
        };
        assert_eq!(say(1_000).matches("Пайка: 100 ₽\n").count(), 5);
        assert_eq!(
            say(30),
            "Пайка: 100 ₽\nПайка: 100 ₽\n…и ещё 3 строки на 300 ₽\nСкидка: 50 ₽"
        );
    }
}
