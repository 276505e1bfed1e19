//! Instants as tables write them: by people, by other programs, and by spreadsheets.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::time::TimeZone;
use super::{Problem, Result};

/// The order of day and month in dates such as 2/1/2024, which programs write both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
}

impl DateOrder {
    pub const ALL: [Self; 2] = [Self::DayFirst, Self::MonthFirst];

    /// The word that forms use; GraphQL's enum has the same.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "DAY_FIRST",
            Self::MonthFirst => "MONTH_FIRST",
        }
    }

    /// The id of the sentence in `i18n/*.ftl`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::DayFirst => "import-dates-day-first",
            Self::MonthFirst => "import-dates-month-first",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// Times of the day, after the date.
const TIMES: &[&str] = &["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"];
/// Before the first there is a slip ("0021"); after the last as well.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;
/// Days of a spreadsheet's calendar that lie in the years 1990 to 2099: other numbers are no dates.
const SERIALS: std::ops::RangeInclusive<u32> = 32_874..=73_050;
const SECONDS_A_DAY: f64 = 86_400.0;
/// Words for a value that isn't there.
const NONE: &[&str] = &["нет", "n/a", "na", "nan", "nat", "null", "none"];

/// Returns whether a cell says that there is no value: it is empty, or holds a dash, a word for
/// that, or the date of zeros that databases write.
pub fn is_none(text: &str) -> bool {
    let text = text.trim();
    let dashes = |c: char| matches!(c, '-' | '‐' | '‑' | '‒' | '–' | '—' | '−');
    let zeros = |c: char| matches!(c, '0' | '.' | '-' | '/' | ':' | ' ' | 'T');
    text.chars().all(dashes)
        || (text.len() >= 10 && text.chars().all(zeros))
        || NONE.contains(&&*text.to_lowercase())
}

/// Reads an instant as it stands in a table, on the shop's clock unless it names an offset: a day
/// alone is its beginning. Known are `dd.mm.yyyy`, `dd/mm/yyyy`, `mm/dd/yyyy`, `yyyy-mm-dd`,
/// `yyyy/mm/dd`, years of two digits (of this century), each with or without `hh:mm[:ss[.f]]`
/// behind a space, a comma or a `T`; ISO 8601 with an offset; and the serial numbers of
/// spreadsheets.
///
/// # Errors
/// [`Problem::MomentMalformed`], and [`Problem::DateAmbiguous`] for a date that needs an `order`
/// where there is none.
pub fn moment(
    field: &'static str,
    text: &str,
    order: Option<DateOrder>,
    timezone: &TimeZone,
) -> Result<Timestamp> {
    let malformed = || Problem::MomentMalformed.at(field);
    let text = trimmed(text);
    if let Some(instant) = with_offset(text) {
        return Ok(instant);
    }
    let local = match serial(text) {
        Some(local) => local,
        None => {
            let written = Written::read(text).ok_or_else(malformed)?;
            if order.is_none() && written.order() == Order::Either {
                return Err(Problem::DateAmbiguous.at(field).into());
            }
            written.resolve(order).ok_or_else(malformed)?
        }
    };
    let local = Some(local).filter(|local| YEARS.contains(&local.year()));
    let zoned = local.and_then(|local| local.to_zoned(timezone.clone()).ok());
    Ok(zoned.ok_or_else(malformed)?.timestamp())
}

/// What a whole column tells about the order of its dates: the order, where its values agree on
/// one, and whether it has a value that needs one.
pub fn date_order<'a>(texts: impl Iterator<Item = &'a str>) -> (Option<DateOrder>, bool) {
    let (mut day, mut month, mut either) = (false, false, false);
    for text in texts {
        match Written::read(trimmed(text)).map(|written| written.order()) {
            Some(Order::Sure(DateOrder::DayFirst)) => day = true,
            Some(Order::Sure(DateOrder::MonthFirst)) => month = true,
            Some(Order::Either) => either = true,
            Some(Order::Same) | None => (),
        }
    }
    let order = match (day, month) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    };
    (order, either)
}

/// Without the Russian abbreviation for "year".
fn trimmed(text: &str) -> &str {
    let text = text.trim();
    let bare = text.trim_end_matches('.').strip_suffix('г');
    bare.map_or(text, str::trim_end)
}

/// ISO 8601 that names its offset, also with a space before that.
fn with_offset(text: &str) -> Option<Timestamp> {
    let close = |text: &str| text.replace(" +", "+").replace(" -", "-");
    let text = match text.strip_suffix("UTC").or(text.strip_suffix("GMT")) {
        Some(text) => format!("{}Z", text.trim_end()),
        None => close(text),
    };
    let instant: Timestamp = text.parse().ok()?;
    let year = instant.to_zoned(TimeZone::UTC).year();
    YEARS.contains(&year).then_some(instant)
}

/// A spreadsheet's serial number: days since 30 December 1899, and a part of a day behind the point.
fn serial(text: &str) -> Option<DateTime> {
    let (days, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if days.len() != 5 || !is_number(days) || !is_number(part) {
        return None;
    }
    let days = days.parse().ok().filter(|days| SERIALS.contains(days))?;
    let part: f64 = format!("0.{part}").parse().ok()?;
    // To the second: spreadsheets have no more than that of what people typed.
    let seconds = (part * SECONDS_A_DAY).round();
    let midnight = Date::constant(1899, 12, 30).at(0, 0, 0, 0);
    let span = i64::from(days).days().seconds(seconds as i64);
    midnight.checked_add(span).ok()
}

/// A date and a time as they are written, before it is known which number is what.
struct Written {
    numbers: [i16; 3],
    shape: Shape,
    time: Time,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    YearFirst,
    /// With points, which nobody writes with the month first.
    DayFirst,
    Open,
}

/// What a date tells about the order of its numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Sure(DateOrder),
    Either,
    /// It doesn't matter, or the date stands in another form.
    Same,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | 'T');
        let (date, time) = text.split_once(between).unwrap_or((text, ""));
        let time = match time.trim_start_matches(between) {
            "" => Time::midnight(),
            time => TIMES.iter().find_map(|f| Time::strptime(f, time).ok())?,
        };
        let separator = date.chars().find(|c| !c.is_ascii_digit())?;
        let parts: Vec<&str> = date.split(separator).collect();
        let [first, second, third] = parts[..] else {
            return None;
        };
        let shape = match (first.len(), separator, second.len(), third.len()) {
            (4, '.' | '/' | '-', 1..=2, 1..=2) => Shape::YearFirst,
            (1..=2, '.', 1..=2, 2 | 4) => Shape::DayFirst,
            (1..=2, '/' | '-', 1..=2, 2 | 4) => Shape::Open,
            _ => return None,
        };
        let number = |text: &str| {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<i16>().ok()).flatten()
        };
        let mut numbers = [number(first)?, number(second)?, number(third)?];
        if third.len() == 2 && shape != Shape::YearFirst {
            numbers[2] += 2_000;
        }
        Some(Self {
            numbers,
            shape,
            time,
        })
    }

    fn order(&self) -> Order {
        let [first, second, _] = self.numbers;
        match self.shape {
            Shape::Open if first > 12 && second <= 12 => Order::Sure(DateOrder::DayFirst),
            Shape::Open if second > 12 && first <= 12 => Order::Sure(DateOrder::MonthFirst),
            Shape::Open if first != second => Order::Either,
            _ => Order::Same,
        }
    }

    fn resolve(&self, order: Option<DateOrder>) -> Option<DateTime> {
        let [first, second, third] = self.numbers;
        let order = match self.order() {
            Order::Sure(order) => order,
            _ => order.unwrap_or(DateOrder::DayFirst),
        };
        let (year, month, day) = match (self.shape, order) {
            (Shape::YearFirst, _) => (first, second, third),
            (Shape::Open, DateOrder::MonthFirst) => (third, first, second),
            _ => (third, second, first),
        };
        let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?);
        Some(date.ok()?.to_datetime(self.time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_tables_write_it() {
        let moscow = TimeZone::get("Europe/Moscow").unwrap();
        for (text, expected) in [
            ("2021-07-25 12:00:05", Some("2021-07-25T09:00:05Z")),
            ("2021-07-25T12:00:05.25", Some("2021-07-25T09:00:05.25Z")),
            ("2021-07-25T12:00:05Z", Some("2021-07-25T12:00:05Z")),
            ("2021-07-25 12:00:05 UTC", Some("2021-07-25T12:00:05Z")),
            ("2021-07-25 12:00:05 +0200", Some("2021-07-25T10:00:05Z")),
            ("25.07.2021 12:00", Some("2021-07-25T09:00:00Z")),
            ("25.07.2021, 12:00", Some("2021-07-25T09:00:00Z")),
            ("25/7/2021 9:05 PM", Some("2021-07-25T18:05:00Z")),
            ("7/25/2021", Some("2021-07-24T21:00:00Z")),
            (" 25.07.2021 г. ", Some("2021-07-24T21:00:00Z")),
            ("2021-07-25", Some("2021-07-24T21:00:00Z")),
            ("2021/7/25", Some("2021-07-24T21:00:00Z")),
            ("25.07.21", Some("2021-07-24T21:00:00Z")),
            ("44402", Some("2021-07-24T21:00:00Z")),
            ("44402,5", Some("2021-07-25T09:00:00Z")),
            ("444020", None),
            ("9999", None),
            ("31.02.2021", None),
            ("07.25.2021", None),
            ("13/13/2021", None),
            ("25.07.1821", None),
            ("25.07.2021 25:00", None),
            ("2021-07-25T12:00:05+99:00", None),
            ("25.07/2021", None),
            ("+1/+2/2021", None),
            ("вчера", None),
            ("", None),
        ] {
            let read = moment("created", text, None, &moscow).ok();
            let read = read.map(|read| read.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_order_is_told_or_asked_for() {
        use DateOrder::{DayFirst, MonthFirst};
        let read = |order| moment("created", "2/1/2024", order, &TimeZone::UTC);
        let ambiguous = Problem::DateAmbiguous.at("created");
        assert!(
            matches!(read(None), Err(crate::domain::Error::Invalid(invalid)) if invalid == ambiguous)
        );
        let day = |order| read(Some(order)).unwrap().to_string();
        assert_eq!(day(DayFirst), "2024-01-02T00:00:00Z");
        assert_eq!(day(MonthFirst), "2024-02-01T00:00:00Z");
        for (texts, expected) in [
            (&["2/1/2024", "25/1/2024"][..], (Some(DayFirst), true)),
            (&["2/1/2024", "1/25/2024 10:00"], (Some(MonthFirst), true)),
            (&["2/1/2024", "5/5/2024"], (None, true)),
            (&["25/1/2024", "1/25/2024", "1-2-24"], (None, true)),
            (&["25/1/2024", "1/25/2024"], (None, false)),
            (
                &["01.02.2024", "2024-01-02", "-", "вчера", "13/13/2024"],
                (None, false),
            ),
        ] {
            assert_eq!(date_order(texts.iter().copied()), expected, "{texts:?}");
        }
    }

    #[test]
    fn a_dash_and_zeros_are_no_date() {
        for text in [
            "",
            " ",
            "-",
            "—",
            "--",
            "0000-00-00",
            "00.00.0000 00:00:00",
            "NULL",
            "нет",
        ] {
            assert!(is_none(text), "{text}");
        }
        for text in ["2021-07-25", "-1", "вчера", "44402", "00:00"] {
            assert!(!is_none(text), "{text}");
        }
    }
}
