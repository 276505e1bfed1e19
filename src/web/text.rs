//! What the templates say: sentences by their ids, in the reader's language, and days as people
//! name them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{Category, Concern, Currency, Day, Language, Month, Shop, Stage, Status, Sum};
use crate::i18n::{self, Arg};

/// Sentences for one reader at one moment.
#[derive(Debug, Clone)]
pub struct Texts {
    pub language: Language,
    zone: TimeZone,
    currency: Currency,
    now: Timestamp,
}

impl Texts {
    pub fn new(language: Language, shop: &Shop, now: Timestamp) -> Self {
        Self {
            language,
            zone: shop.timezone.clone(),
            currency: shop.currency,
            now,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn today(&self) -> Day {
        Day::of(self.now, &self.zone)
    }

    pub fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The sentence with that id.
    pub fn s(&self, id: &str) -> String {
        i18n::text(self.language, id)
    }

    /// The sentence with that id and its `{ $count }`.
    pub fn count(&self, id: &str, count: &i64) -> String {
        self.with(id, [("count", (*count).into())])
    }

    /// The sentence with that id and its `{ $number }`.
    pub fn number(&self, id: &str, number: &i64) -> String {
        self.fill(id, "number", number)
    }

    /// The sentence with that id and one value in it.
    pub fn fill(&self, id: &str, name: &'static str, value: impl ToString) -> String {
        self.with(id, [(name, value.to_string().into())])
    }

    /// The sentence with that id and two values in it.
    pub fn fill2(
        &self,
        id: &str,
        name: &'static str,
        value: impl ToString,
        other_name: &'static str,
        other: impl ToString,
    ) -> String {
        let args = [
            (name, value.to_string().into()),
            (other_name, other.to_string().into()),
        ];
        self.with(id, args)
    }

    pub fn with<'a>(&self, id: &str, args: impl IntoIterator<Item = Arg<'a>>) -> String {
        i18n::text_with(self.language, id, args)
    }

    pub fn status(&self, status: &Status) -> String {
        i18n::status(self.language, *status)
    }

    /// What the customer reads of a stage.
    pub fn wording(&self, stage: &Stage) -> String {
        i18n::stage(self.language, stage)
    }

    /// The name of a stage, for staff.
    pub fn stage(&self, stage: &Stage) -> String {
        i18n::stage_name(self.language, stage)
    }

    /// What tasks are called that need somebody for this reason.
    pub fn concern(&self, concern: Concern) -> String {
        self.s(match concern {
            Concern::Overdue => "tasks-overdue",
            Concern::Stuck => "tasks-stuck",
            Concern::Uncollected => "tasks-uncollected",
            Concern::Unanswered => "tasks-unanswered",
            Concern::Declined => "tasks-declined",
            Concern::Undelivered => "tasks-undelivered",
        })
    }

    pub fn category(&self, category: &Category) -> String {
        i18n::category(self.language, *category)
    }

    /// «сегодня, 10:24», «21 ноября», and the year where it isn't this one.
    pub fn when(&self, instant: &Timestamp) -> String {
        let (day, today) = (Day::of(*instant, &self.zone), self.today());
        let time = || [("time", self.time(instant).into())];
        if day == today {
            self.with("when-today", time())
        } else if day == today.previous() {
            self.with("when-yesterday", time())
        } else {
            self.date(&day)
        }
    }

    /// The day of an instant: «21 ноября», and the year where it isn't this one.
    pub fn date_of(&self, instant: &Timestamp) -> String {
        self.date(&Day::of(*instant, &self.zone))
    }

    /// «21 ноября», and the year where it isn't this one.
    pub fn date(&self, day: &Day) -> String {
        if day.year() != self.today().year() {
            return i18n::day(self.language, *day);
        }
        let args = [
            ("day", day.day().to_string().into()),
            ("month", day.month().into()),
        ];
        self.with("when-this-year", args)
    }

    /// «21 ноября 2026», for what is read later.
    pub fn full_date(&self, day: &Day) -> String {
        i18n::day(self.language, *day)
    }

    /// «Ноябрь 2026».
    pub fn month(&self, month: Month) -> String {
        let first = month.first();
        let args = [
            ("month", first.month().into()),
            ("year", first.year().to_string().into()),
        ];
        self.with("month-long", args)
    }

    /// «2,5» of 25.
    pub fn tenths(&self, tenths: i32) -> String {
        let point = self.s("decimal-point");
        format!("{}{point}{}", tenths / 10, tenths % 10)
    }

    /// The day of an instant, the same.
    pub fn full_date_of(&self, instant: &Timestamp) -> String {
        self.full_date(&Day::of(*instant, &self.zone))
    }

    /// What is known, each under the sentence with its id.
    pub fn known<'a>(
        &self,
        lines: impl IntoIterator<Item = (&'a str, Option<String>)>,
    ) -> Vec<(String, String)> {
        let known = |(id, value): (&str, Option<String>)| Some((self.s(id), value?));
        let lines = lines.into_iter().filter_map(known);
        lines.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// What people write for the shop's currency.
    pub fn sign(&self) -> &'static str {
        self.currency.sign()
    }

    /// «1 500,50 ₽».
    pub fn money(&self, sum: Sum) -> String {
        i18n::money(self.language, self.currency, sum)
    }

    /// The same as it stands in a form.
    pub fn amount(&self, sum: Sum) -> String {
        i18n::amount(self.language, self.currency, sum)
    }

    /// «21 ноября 2026, 18:02».
    pub fn exact(&self, instant: &Timestamp) -> String {
        let day = i18n::day(self.language, Day::of(*instant, &self.zone));
        self.with(
            "when-exact",
            [("day", day.into()), ("time", self.time(instant).into())],
        )
    }

    fn time(&self, instant: &Timestamp) -> String {
        let zoned = instant.to_zoned(self.zone.clone());
        format!("{:02}:{:02}", zoned.hour(), zoned.minute())
    }
}

/// The part of an e-mail by which colleagues know each other.
pub fn short_name(email: &str) -> &str {
    email.split('@').next().unwrap_or(email)
}

/// Two letters for the round badge.
pub fn initials(email: &str) -> String {
    let name = short_name(email);
    let mut parts = name.split(['.', '_', '-']).filter(|part| !part.is_empty());
    let letters: String = match (parts.next(), parts.next()) {
        (Some(first), Some(second)) => first
            .chars()
            .take(1)
            .chain(second.chars().take(1))
            .collect(),
        _ => name.chars().take(2).collect(),
    };
    letters.to_uppercase()
}
