//! Sums in Russian words, as papers state them: «Четыре тысячи пятьсот рублей 00 копеек».

use crate::domain::{Currency, Money};

/// Grammatical gender of a counted noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gender {
    Masculine,
    Feminine,
}
use Gender::{Feminine, Masculine};

/// A noun after 1, after 2 to 4, and after 5 and more.
struct Noun(Gender, [&'static str; 3]);

impl Noun {
    /// Returns the form of the noun after a number.
    fn after(&self, number: i64) -> &'static str {
        let Self(_, [one, few, many]) = self;
        match (number % 100, number % 10) {
            (11..=14, _) => many,
            (_, 1) => one,
            (_, 2..=4) => few,
            _ => many,
        }
    }
}

/// The unit of a currency and its hundredth.
fn nouns(currency: Currency) -> Option<(Noun, Noun)> {
    let kopecks = || Noun(Feminine, ["копейка", "копейки", "копеек"]);
    let tiyin = || Noun(Masculine, ["тийин", "тийина", "тийинов"]);
    let cents = || Noun(Masculine, ["цент", "цента", "центов"]);
    Some(match currency.code() {
        "RUB" => (Noun(Masculine, ["рубль", "рубля", "рублей"]), kopecks()),
        "BYN" => {
            let forms = [
                "белорусский рубль",
                "белорусских рубля",
                "белорусских рублей",
            ];
            (Noun(Masculine, forms), kopecks())
        }
        "KZT" => (
            Noun(Masculine, ["тенге"; 3]),
            Noun(Masculine, ["тиын", "тиына", "тиынов"]),
        ),
        "KGS" => (
            Noun(Masculine, ["сом", "сома", "сомов"]),
            Noun(Masculine, ["тыйын", "тыйына", "тыйынов"]),
        ),
        "UZS" => (Noun(Masculine, ["сум", "сума", "сумов"]), tiyin()),
        "USD" => (Noun(Masculine, ["доллар", "доллара", "долларов"]), cents()),
        "EUR" => (Noun(Masculine, ["евро"; 3]), cents()),
        _ => return None,
    })
}

const HUNDREDS: [&str; 10] = [
    "",
    "сто",
    "двести",
    "триста",
    "четыреста",
    "пятьсот",
    "шестьсот",
    "семьсот",
    "восемьсот",
    "девятьсот",
];
const TENS: [&str; 10] = [
    "",
    "",
    "двадцать",
    "тридцать",
    "сорок",
    "пятьдесят",
    "шестьдесят",
    "семьдесят",
    "восемьдесят",
    "девяносто",
];
/// Numbers below twenty, in the masculine.
const SMALL: [&str; 20] = [
    "",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
];
/// Powers of a thousand, from the first to the fifth: sums have at most 14 whole digits.
const POWERS: [Noun; 5] = [
    Noun(Feminine, ["тысяча", "тысячи", "тысяч"]),
    Noun(Masculine, ["миллион", "миллиона", "миллионов"]),
    Noun(Masculine, ["миллиард", "миллиарда", "миллиардов"]),
    Noun(Masculine, ["триллион", "триллиона", "триллионов"]),
    Noun(Masculine, ["квадриллион", "квадриллиона", "квадриллионов"]),
];

/// Returns a sum in words; `None` for a negative one, and for a currency whose Russian name isn't
/// known here.
pub fn in_words(currency: Currency, sum: Money) -> Option<String> {
    let (unit, hundredth) = nouns(currency)?;
    let minor = Some(sum.minor()).filter(|minor| *minor >= 0)?;
    let (whole, part) = (minor / 100, minor % 100);
    let number = cardinal(whole, unit.0);
    let mut letters = number.chars();
    let first = letters.next()?.to_uppercase();
    let (unit, hundredth) = (unit.after(whole), hundredth.after(part));
    Some(format!(
        "{first}{} {unit} {part:02} {hundredth}",
        letters.as_str()
    ))
}

/// Returns a number from zero on in words.
fn cardinal(number: i64, gender: Gender) -> String {
    let mut words: Vec<&str> = Vec::new();
    for (index, power) in POWERS.iter().enumerate().rev() {
        let thousands = 1_000_i64.pow(index as u32 + 1);
        let count = number / thousands % 1_000;
        if count > 0 {
            below_thousand(count, power.0, &mut words);
            words.push(power.after(count));
        }
    }
    below_thousand(number % 1_000, gender, &mut words);
    match words.is_empty() {
        true => "ноль".to_owned(),
        false => words.join(" "),
    }
}

fn below_thousand(number: i64, gender: Gender, words: &mut Vec<&str>) {
    let digit = |number: i64| usize::try_from(number).unwrap_or_default();
    let (hundreds, rest) = (digit(number / 100), digit(number % 100));
    let (tens, small) = match rest {
        0..20 => (0, rest),
        _ => (rest / 10, rest % 10),
    };
    let small = match (gender, small) {
        (Feminine, 1) => "одна",
        (Feminine, 2) => "две",
        _ => SMALL[small],
    };
    let said = [HUNDREDS[hundreds], TENS[tens], small];
    words.extend(said.into_iter().filter(|word| !word.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_agree_with_their_nouns() {
        for (code, minor, words) in [
            ("RUB", 0, "Ноль рублей 00 копеек"),
            ("RUB", 1, "Ноль рублей 01 копейка"),
            ("RUB", 122, "Один рубль 22 копейки"),
            ("RUB", 211, "Два рубля 11 копеек"),
            ("RUB", 500, "Пять рублей 00 копеек"),
            ("RUB", 1_114, "Одиннадцать рублей 14 копеек"),
            ("RUB", 2_100, "Двадцать один рубль 00 копеек"),
            ("RUB", 11_100, "Сто одиннадцать рублей 00 копеек"),
            ("RUB", 100_000, "Одна тысяча рублей 00 копеек"),
            ("RUB", 450_050, "Четыре тысячи пятьсот рублей 50 копеек"),
            (
                "RUB",
                2_200_103,
                "Двадцать две тысячи один рубль 03 копейки",
            ),
            (
                "RUB",
                1_200_000_000,
                "Двенадцать миллионов рублей 00 копеек",
            ),
            (
                "RUB",
                Money::MAX,
                "Девяносто триллионов семьдесят один миллиард девятьсот девяносто два миллиона пятьсот сорок семь тысяч \
                 четыреста девять рублей 92 копейки",
            ),
            ("KZT", 4_200, "Сорок два тенге 00 тиынов"),
            ("BYN", 300, "Три белорусских рубля 00 копеек"),
        ] {
            let currency = Currency::parse(code).unwrap();
            let said = in_words(currency, Money::from_row(minor));
            assert_eq!(said.as_deref(), Some(words), "{code} {minor}");
        }
        let rubles = Currency::parse("RUB").unwrap();
        assert_eq!(in_words(rubles, Money::from_row(-1)), None);
        let yen = Currency::parse("JPY").unwrap();
        assert_eq!(in_words(yen, Money::from_row(1)), None);
    }
}
