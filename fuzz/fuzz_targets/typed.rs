//! Small things that people type: what is taken is taken again as it is kept, and is the same.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zayavka::config::Config;
use zayavka::domain::{
    Currency, DateOrder, Device, HookEvent, Language, Message, Month, Name, Search, ShortText, StaffCode,
    StageName, StuckDays, Sum, TimeOfDay, TimeZone, Wording, moment, serial_key,
};
use zayavka::i18n;

static ZONES: LazyLock<Vec<TimeZone>> = LazyLock::new(|| {
    let names = ["Europe/Moscow", "Pacific/Apia", "America/Sao_Paulo", "UTC"];
    names.map(|name| TimeZone::get(name).unwrap()).to_vec()
});

fuzz_target!(|text: &str| {
    money(text);
    device(text);
    times(text);
    texts(text);
    webhook(text);
    if let Some(code) = StaffCode::read(text) {
        assert_eq!(StaffCode::read(code.as_str()), Some(code));
    }
});

fn money(text: &str) {
    for code in ["RUB", "JPY", "KWD"] {
        let currency = Currency::parse(code).unwrap();
        let Ok(sum) = Sum::parse("price", text, currency) else {
            continue;
        };
        assert!((0..=Sum::MAX).contains(&sum.minor()));
        for language in [Language::Russian, Language::English] {
            let shown = i18n::amount(language, currency, sum);
            assert_eq!(Sum::parse("price", &shown, currency).unwrap(), sum);
        }
    }
    if let Some(currency) = Currency::parse(text) {
        assert_eq!(Currency::parse(currency.code()), Some(currency));
        assert!(!currency.sign().is_empty());
    }
}

fn device(text: &str) {
    let Ok(serial) = ShortText::parse("serialNumber", text) else {
        return;
    };
    let key = serial_key(serial.as_str());
    assert_eq!(serial_key(&key), key);
    let device = Device {
        serial,
        ..Device::default()
    };
    assert_eq!(device.serial_key(), key);
    if device.is_imei_mistyped() {
        assert_eq!(key.chars().count(), 15);
    }
}

fn times(text: &str) {
    if let Ok(time) = TimeOfDay::parse("time", text) {
        assert_eq!(time.to_string(), text);
    }
    if let Ok(days) = StuckDays::parse("stuckDays", text) {
        assert!((1..=365).contains(&days.get()));
    }
    let month = Month::parse("month", text);
    for zone in ZONES.iter() {
        if let Ok(moment) = moment("moment", text, Some(DateOrder::DayFirst), zone) {
            assert!(moment.as_second() >= -24 * 60 * 60, "{moment}");
        }
        if let Ok(month) = month {
            assert!(month.first() <= month.last());
            assert!((28..=31).contains(&month.days().count()));
            let days = month.whole(zone).unwrap();
            assert!(days.from < days.until);
        }
    }
}

fn texts(text: &str) {
    if let Ok(Some(name)) = Name::parse("name", text) {
        assert_eq!(Name::parse("name", name.as_str()).unwrap(), Some(name));
    }
    if let Some(name) = Name::from_telegram(text) {
        assert_eq!(Name::parse("name", name.as_str()).unwrap(), Some(name));
    }
    if let Ok(message) = Message::parse("text", text) {
        assert_eq!(Message::parse("text", message.as_str()).unwrap(), message);
    }
    if let Some(message) = Message::from_telegram(text) {
        assert_eq!(Message::parse("text", message.as_str()).unwrap(), message);
    }
    if let Ok(name) = StageName::parse("name", text) {
        assert_eq!(StageName::parse("name", name.as_str()).unwrap(), name);
    }
    if let Ok(wording) = Wording::parse("wording", text) {
        assert_eq!(
            Wording::parse("wording", wording.as_str()).unwrap(),
            wording
        );
    }
    if let Some(search) = Search::parse(text) {
        assert!(!search.words().is_empty());
    }
}

/// The address and the events of a webhook, each as the settings have them.
fn webhook(text: &str) {
    if let Some(event) = HookEvent::from_word(text) {
        assert_eq!(event.word(), text);
    }
    // A literal text of TOML has no quote and no line's end.
    if text.contains(|c: char| c == '\'' || c.is_control()) {
        return;
    }
    let secret = "0123456789abcdef0123456789abcdef";
    for (url, events) in [(text, "task.created"), ("https://example.com/", text)] {
        let settings =
            format!("[[webhooks]]\nurl = '{url}'\nsecret = '{secret}'\nevents = '{events}'");
        match Config::parse(&settings) {
            Ok(config) => {
                assert_eq!(config.webhooks.len(), 1);
                assert_eq!(config.webhooks[0].url, url);
                assert!(!config.webhooks[0].events.is_empty());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
