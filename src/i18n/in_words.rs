//! Sums in Russian words, as papers state them: «Четыре тысячи пятьсот рублей 00 копеек».

use chislo::{Gender, decline, int_to_words_gender};

use crate::domain::{Currency, Money};

/// A noun after 1, after 2 to 4, and after 5 and more.
struct Noun([&'static str; 3]);

impl Noun {
    /// Returns the form of the noun after a number.
    fn after(&self, number: i64) -> String {
        let Self([one, few, many]) = self;
        decline(number, one, few, many)
    }
}

/// The unit of a currency and its hundredth. All units are masculine.
fn nouns(currency: Currency) -> Option<(Noun, Noun)> {
    let kopecks = || Noun(["копейка", "копейки", "копеек"]);
    let tiyin = || Noun(["тийин", "тийина", "тийинов"]);
    let cents = || Noun(["цент", "цента", "центов"]);
    Some(match currency.code() {
        "RUB" => (Noun(["рубль", "рубля", "рублей"]), kopecks()),
        "BYN" => {
            let forms = [
                "белорусский рубль",
                "белорусских рубля",
                "белорусских рублей",
            ];
            (Noun(forms), kopecks())
        }
        "KZT" => (Noun(["тенге"; 3]), Noun(["тиын", "тиына", "тиынов"])),
        "KGS" => (
            Noun(["сом", "сома", "сомов"]),
            Noun(["тыйын", "тыйына", "тыйынов"]),
        ),
        "UZS" => (Noun(["сум", "сума", "сумов"]), tiyin()),
        "USD" => (Noun(["доллар", "доллара", "долларов"]), cents()),
        "EUR" => (Noun(["евро"; 3]), cents()),
        _ => return None,
    })
}

/// Returns a sum in words; `None` for a negative one, and for a currency whose Russian name isn't
/// known here.
pub fn in_words(currency: Currency, sum: Money) -> Option<String> {
    let (unit, hundredth) = nouns(currency)?;
    let minor = Some(sum.minor()).filter(|minor| *minor >= 0)?;
    let (whole, part) = (minor / 100, minor % 100);
    let number = int_to_words_gender(whole, Gender::Masculine);
    let mut letters = number.chars();
    let first = letters.next()?.to_uppercase();
    let (unit, hundredth) = (unit.after(whole), hundredth.after(part));
    Some(format!(
        "{first}{} {unit} {part:02} {hundredth}",
        letters.as_str()
    ))
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
