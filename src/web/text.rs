//! Texts for templates: messages by id in the reader's language, and dates in words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{
    Category, ChatLink, Concern, Currency, Day, DrawerName, Language, LineKind, Messenger, Method,
    Money, Month, Percent, Quantity, Shop, Stage, Status,
};
use crate::i18n::{self, Arg, LineWords};

/// Texts for one reader at one moment.
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

    /// Returns the message with that id.
    pub fn s(&self, id: &str) -> String {
        i18n::text(self.language, id)
    }

    /// Returns the state of an account on a messenger.
    pub fn account(&self, link: &ChatLink) -> String {
        let ids = match link.chat.messenger {
            Messenger::Telegram => ["telegram-blocked", "telegram-linked", "telegram-unverified"],
            Messenger::Max => ["max-blocked", "max-linked", "max-unverified"],
        };
        let [blocked, linked, unverified] = ids;
        self.s(match () {
            () if link.blocked => blocked,
            () if link.verified => linked,
            () => unverified,
        })
    }

    /// Returns the message with its `{ $count }` filled in.
    pub fn count(&self, id: &str, count: &i64) -> String {
        self.with(id, [("count", (*count).into())])
    }

    /// Returns the message with its `{ $number }` filled in.
    pub fn number(&self, id: &str, number: &i64) -> String {
        self.fill(id, "number", number)
    }

    /// Returns the message with one argument filled in.
    pub fn fill(&self, id: &str, name: &'static str, value: impl ToString) -> String {
        self.with(id, [(name, value.to_string().into())])
    }

    /// Returns the message with two arguments filled in.
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

    /// Returns the customer's text for a stage.
    pub fn wording(&self, stage: &Stage) -> String {
        i18n::stage(self.language, stage)
    }

    /// Returns the name of a stage, for staff.
    pub fn stage(&self, stage: &Stage) -> String {
        i18n::stage_name(self.language, stage)
    }

    /// Returns the name of a reason for attention.
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

    /// Translates the reason why a request to another server failed.
    pub fn failure(&self, reason: &str) -> String {
        i18n::failure(self.language, reason)
    }

    pub fn category(&self, category: &Category) -> String {
        i18n::category(self.language, *category)
    }

    /// Formats an instant: «сегодня, 10:24», «21 ноября», with the year unless it is the current
    /// one.
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

    /// Formats how long ago an instant was, for short columns: «12 мин», «2 ч», «вчера», «21 ноября».
    pub fn ago(&self, instant: &Timestamp) -> String {
        let minutes = self.now.duration_since(*instant).as_mins().max(0);
        match (self.days_since(instant), minutes) {
            (0, minutes @ ..60) => self.count("ago-minutes", &minutes),
            (0, minutes) => self.count("ago-hours", &(minutes / 60)),
            _ => self.near(&Day::of(*instant, &self.zone)),
        }
    }

    /// Returns the number of days since an instant, by the calendar.
    pub fn days_since(&self, instant: &Timestamp) -> i64 {
        self.today().since(Day::of(*instant, &self.zone)).max(0)
    }

    /// Formats a day, with words for those around today: «сегодня», «завтра», «вчера», «21 ноября».
    pub fn near(&self, day: &Day) -> String {
        match self.today().since(*day) {
            0 => self.s("day-today"),
            1 => self.s("day-yesterday"),
            -1 => self.s("day-tomorrow"),
            _ => self.date(day),
        }
    }

    /// Formats a day with the day of the week: «Пятница, 27 ноября».
    pub fn weekday(&self, day: &Day) -> String {
        let args = [
            ("weekday", day.weekday().into()),
            ("date", self.date(day).into()),
        ];
        self.with("day-of-week", args)
    }

    /// Returns the day of an instant.
    pub fn day_of(&self, instant: &Timestamp) -> Day {
        Day::of(*instant, &self.zone)
    }

    /// Formats a day as a heading: «Сегодня», «21 ноября».
    pub fn day_heading(&self, day: Day) -> String {
        let today = self.today();
        match day {
            day if day == today => self.s("chat-today"),
            day if day == today.previous() => self.s("chat-yesterday"),
            day => self.date(&day),
        }
    }

    /// Formats the time for which somebody has been waiting for an answer.
    pub fn waits(&self, since: &Timestamp) -> String {
        let minutes = self.now.duration_since(*since).as_mins().max(0);
        match minutes {
            ..60 => self.count("waits-minutes", &minutes),
            60..2_880 => self.count("waits-hours", &(minutes / 60)),
            _ => self.count("waits-days", &(minutes / 1_440)),
        }
    }

    /// Formats the day of an instant: «21 ноября», with the year unless it is the current one.
    pub fn date_of(&self, instant: &Timestamp) -> String {
        self.date(&Day::of(*instant, &self.zone))
    }

    /// Formats a day: «21 ноября», with the year unless it is the current one.
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

    /// Formats a day for a narrow place: «сегодня», «21 ноя», with the year unless it is the current
    /// one.
    pub fn short_date(&self, day: &Day) -> String {
        let args = [
            ("day", day.day().to_string().into()),
            ("month", day.month().into()),
            ("year", day.year().to_string().into()),
        ];
        match day {
            day if *day == self.today() => self.s("day-today"),
            day if day.year() == self.today().year() => self.with("day-short", args),
            _ => self.with("day-short-year", args),
        }
    }

    /// Formats a day with its year, for papers read later: «21 ноября 2026».
    pub fn full_date(&self, day: &Day) -> String {
        i18n::day(self.language, *day)
    }

    /// Formats a month: «Ноябрь 2026».
    pub fn month(&self, month: Month) -> String {
        let first = month.first();
        let args = [
            ("month", first.month().into()),
            ("year", first.year().to_string().into()),
        ];
        self.with("month-long", args)
    }

    /// Formats tenths: «2,5» for 25.
    pub fn tenths(&self, tenths: i32) -> String {
        let point = self.s("decimal-point");
        format!("{}{point}{}", tenths / 10, tenths % 10)
    }

    /// Formats the day of an instant with its year.
    pub fn full_date_of(&self, instant: &Timestamp) -> String {
        self.full_date(&Day::of(*instant, &self.zone))
    }

    /// Returns the lines that have a value, each with its label.
    pub fn known<'a>(
        &self,
        lines: impl IntoIterator<Item = (&'a str, Option<String>)>,
    ) -> Vec<(String, String)> {
        let known = |(id, value): (&str, Option<String>)| Some((self.s(id), value?));
        let lines = lines.into_iter().filter_map(known);
        lines.filter(|(_, value)| !value.is_empty()).collect()
    }

    pub fn line_kind(&self, kind: &LineKind) -> String {
        i18n::line_kind(self.language, *kind)
    }

    /// Returns the name of a line, or its kind where the name was erased.
    pub fn line_name(&self, line: &LineWords<'_>) -> String {
        i18n::line_name(self.language, line.kind, line.name)
    }

    /// Formats a line for one row of text.
    pub fn line(&self, line: &LineWords<'_>) -> String {
        i18n::line(self.language, self.currency, line)
    }

    /// Formats a quantity: «0,5».
    pub fn quantity(&self, quantity: Quantity) -> String {
        i18n::quantity(self.language, quantity)
    }

    /// Formats a percentage, as a form takes it: «12,5 %».
    pub fn percent(&self, percent: Percent) -> String {
        i18n::percent(self.language, percent)
    }

    /// Returns a sum in words, in the language and the currencies that have them.
    pub fn in_words(&self, sum: Money) -> Option<String> {
        match self.language {
            Language::Russian => i18n::in_words(self.currency, sum),
            Language::English => None,
        }
    }

    /// Returns the plural of a kind of lines.
    pub fn line_kinds(&self, kind: &LineKind) -> String {
        self.s(match kind {
            LineKind::Work => "line-kind-works",
            LineKind::Part => "line-kind-parts",
        })
    }

    pub fn method(&self, method: &Method) -> String {
        i18n::method(self.language, *method)
    }

    pub fn drawer(&self, name: &DrawerName) -> String {
        i18n::drawer(self.language, name)
    }

    /// Returns the symbol of the shop's currency.
    pub fn sign(&self) -> &'static str {
        self.currency.sign()
    }

    /// Returns the label of a field for a sum: «Цена, ₽».
    pub fn with_sign(&self, id: &str) -> String {
        format!("{}, {}", self.s(id), self.sign())
    }

    /// Formats a sum: «1 500,50 ₽».
    pub fn money(&self, sum: Money) -> String {
        i18n::money(self.language, self.currency, sum)
    }

    /// Formats a sum without its currency, for a column whose heading names that.
    pub fn figure(&self, sum: Money) -> String {
        i18n::figure(self.language, self.currency, sum)
    }

    /// Formats a sum for a form field.
    pub fn amount(&self, sum: Money) -> String {
        i18n::amount(self.language, self.currency, sum)
    }

    /// Formats an instant in full: «21 ноября 2026, 18:02».
    pub fn exact(&self, instant: &Timestamp) -> String {
        i18n::exact(self.language, &self.zone, *instant)
    }

    /// Formats the time of day of an instant: «10:24».
    pub fn time(&self, instant: &Timestamp) -> String {
        let zoned = instant.to_zoned(self.zone.clone());
        format!("{:02}:{:02}", zoned.hour(), zoned.minute())
    }
}
