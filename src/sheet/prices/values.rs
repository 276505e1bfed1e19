//! Cells of a price list that aren't sums.

use crate::domain::{ItemCode, Language, LineKind, Problem, Result, WarrantyDays};
use crate::i18n;
use crate::sheet::cell;
use crate::sheet::columns::plain;

pub(super) fn code(text: &str) -> Result<ItemCode> {
    match cell::is_shortened(text) {
        true => Err(Problem::DigitsLost.at("code").into()),
        false => ItemCode::parse("code", text),
    }
}

/// Parses a number of days; 0 is no warranty.
pub(super) fn days(text: &str) -> Result<Option<WarrantyDays>> {
    let digits = text.split_whitespace().next().unwrap_or_default();
    WarrantyDays::new("warrantyDays", digits.parse().unwrap_or(-1))
}

pub(super) fn kind(text: &str) -> Result<LineKind> {
    let text = plain(text);
    let called = |kind: &&LineKind| {
        let ids = match kind {
            LineKind::Work => ["line-kind-work", "line-kind-works"],
            LineKind::Part => ["line-kind-part", "line-kind-parts"],
        };
        let named = ids.iter().any(|id| {
            Language::ALL
                .iter()
                .any(|of| plain(&i18n::text(*of, id)) == text)
        });
        named || plain(kind.word()) == text
    };
    let theirs = match &*text {
        "услуга" | "услуги" | "service" | "services" => Some(LineKind::Work),
        "товар" | "товары" | "деталь" | "детали" | "материал" | "product" | "goods" => {
            Some(LineKind::Part)
        }
        _ => None,
    };
    let kind = LineKind::ALL.iter().find(called).copied().or(theirs);
    kind.ok_or_else(|| Problem::CellUnknown.at("kind").into())
}

pub(super) fn truth(text: &str) -> Result<bool> {
    let text = plain(text);
    let says = |id: &str| {
        Language::ALL
            .iter()
            .any(|of| plain(&i18n::text(*of, id)) == text)
    };
    match &*text {
        _ if says("word-yes") => Ok(true),
        _ if says("word-no") => Ok(false),
        "1" | "true" | "истина" | "+" => Ok(true),
        "0" | "false" | "ложь" | "-" => Ok(false),
        _ => Err(Problem::CellUnknown.at("archived").into()),
    }
}
