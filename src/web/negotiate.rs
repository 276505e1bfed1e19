//! Content negotiation by quality values (RFC 9110 §12.4.2 and §12.5). No maintained library
//! supports all three headers, and there is little to choose from.

use warp::http::HeaderMap;
use warp::http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderName};

use crate::domain::Language;

/// A quality value in thousandths: 0 refuses, 1,000 is the maximum.
type Weight = u16;

const MOST: Weight = 1_000;

/// Returns the quality of a media type, and whether it is named explicitly rather than by `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    pub weight: Weight,
    pub is_named: bool,
}

impl Preference {
    /// Returns whether the client names a type explicitly and prefers it to, or wants it as much
    /// as, another one.
    pub fn is_chosen_over(self, other: Self) -> bool {
        self.is_named && self.weight > 0 && self.weight >= other.weight
    }
}

/// Returns the quality of a media type: that of the most specific matching range; the maximum when
/// there is no header.
pub fn media_type(headers: &HeaderMap, wanted: &str) -> Preference {
    if !headers.contains_key(ACCEPT) {
        let (weight, is_named) = (MOST, false);
        return Preference { weight, is_named };
    }
    let group = wanted.split('/').next().unwrap_or_default();
    let narrowness = |range: &str| match range.split_once('/')? {
        _ if range.eq_ignore_ascii_case(wanted) => Some(2),
        (of, "*") if of.eq_ignore_ascii_case(group) => Some(1),
        ("*", "*") => Some(0),
        _ => None,
    };
    let found = members(headers, &ACCEPT)
        .filter_map(|(range, weight)| Some((narrowness(range)?, weight)))
        .max();
    Preference {
        weight: found.map_or(0, |(_, weight)| weight),
        is_named: found.is_some_and(|(narrowness, _)| narrowness == 2),
    }
}

/// Returns whether a client accepts none of these media types. A header with an invalid member,
/// such as the default of Java before 20, refuses nothing.
pub fn refuses(headers: &HeaderMap, types: &[&str]) -> bool {
    let values = headers.get_all(ACCEPT).iter();
    let mut all = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
    headers.contains_key(ACCEPT)
        && all.all(|text| member(text).is_some())
        && types
            .iter()
            .all(|wanted| media_type(headers, wanted).weight == 0)
}

/// Returns the supported language with the highest quality; of equal ones the first. `None` when
/// none is named.
pub fn language(headers: &HeaderMap) -> Option<Language> {
    let mut best = None;
    for (tag, weight) in members(headers, &ACCEPT_LANGUAGE) {
        let above = best.map_or(0, |(_, weight)| weight);
        if let Some(language) = Language::parse(tag).filter(|_| weight > above) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// Returns whether a client accepts gzip, and doesn't prefer the plain bytes.
pub fn gzip(headers: &HeaderMap) -> bool {
    let weight_of = |names: &[&str]| {
        let is_one = |coding: &str| names.iter().any(|name| coding.eq_ignore_ascii_case(name));
        let mut all = members(headers, &ACCEPT_ENCODING);
        all.find_map(|(coding, weight)| is_one(coding).then_some(weight))
    };
    let gzip = weight_of(&["gzip", "x-gzip"]).or_else(|| weight_of(&["*"]));
    let plain = weight_of(&["identity"]).unwrap_or_default();
    gzip.is_some_and(|gzip| gzip > 0 && gzip >= plain)
}

/// Iterates over the members of a list header with their quality values. Members with an invalid
/// value are skipped.
fn members<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = (&'a str, Weight)> {
    let values = headers.get_all(name).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(member)
}

fn member(text: &str) -> Option<(&str, Weight)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    Some((name, weight.map_or(Some(MOST), weight_from)?))
}

/// Parses `0`, `0.7` or `1.000`: at most three decimals, and at most 1.
fn weight_from(text: &str) -> Option<Weight> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part: Weight = format!("{part:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(MOST),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn weights_are_read_as_they_are_written() {
        for (text, weight) in [
            ("0", Some(0)),
            ("0.", Some(0)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.001", Some(1)),
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("1.001", None),
            ("2", None),
            ("-1", None),
            ("0.1234", None),
            ("0.+1", None),
            (".5", None),
            ("", None),
            ("much", None),
        ] {
            assert_eq!(weight_from(text), weight, "{text}");
        }
    }

    #[test]
    fn the_narrowest_range_weighs_a_media_type() {
        let json = "application/json";
        for (accept, weight, is_named) in [
            ("application/json", 1000, true),
            ("Application/JSON;q=0.5", 500, true),
            ("application/json; charset=utf-8; Q=0.5", 500, true),
            ("*/*", 1000, false),
            ("application/*;q=0.2, */*", 200, false),
            ("*/*;q=0.9, application/json;q=0", 0, true),
            ("text/html", 0, false),
            ("application/json;q=x, */*;q=0.1", 100, false),
            ("", 0, false),
        ] {
            let expected = Preference { weight, is_named };
            assert_eq!(
                media_type(&with(ACCEPT, &[accept]), json),
                expected,
                "{accept}"
            );
        }
        let two_lines = with(ACCEPT, &["text/html", "application/json;q=0.3"]);
        assert_eq!(media_type(&two_lines, json).weight, 300);
        assert_eq!(media_type(&HeaderMap::new(), json).weight, MOST);
    }

    #[test]
    fn a_client_refuses_what_it_names_with_zero_or_not_at_all() {
        let types = ["application/json", "text/event-stream"];
        for (accept, expected) in [
            ("application/json;q=0", true),
            ("text/html", true),
            ("*/*;q=0", true),
            ("application/*;q=0, text/event-stream;q=0, */*", true),
            ("application/json;q=0, */*;q=0.1", false),
            ("application/json;q=0.001", false),
            ("text/html, *; q=.2, */*; q=.2", false),
            ("", false),
        ] {
            assert_eq!(
                refuses(&with(ACCEPT, &[accept]), &types),
                expected,
                "{accept}"
            );
        }
        assert!(!refuses(&HeaderMap::new(), &types));
    }

    #[test]
    fn the_language_that_weighs_most_is_taken() {
        let (russian, english) = (Some(Language::Russian), Some(Language::English));
        for (accept, expected) in [
            ("en;q=0.5, ru", russian),
            ("en;q=0.5,ru;q=0.5", english),
            ("ru;q=0.4, en-GB;q=0.9", english),
            ("de, ru;q=0.1", russian),
            ("ru;q=0, en;q=0.1", english),
            ("en;q=0", None),
            ("de, *", None),
            ("", None),
        ] {
            assert_eq!(
                language(&with(ACCEPT_LANGUAGE, &[accept])),
                expected,
                "{accept}"
            );
        }
        assert_eq!(language(&HeaderMap::new()), None);
    }

    #[test]
    fn gzip_is_for_those_who_want_it() {
        for (accept, expected) in [
            ("gzip", true),
            ("br, GZIP", true),
            ("x-gzip", true),
            ("*", true),
            ("gzip;q=0.5, identity;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("gzip;q=0.5, identity", false),
            ("gzipped", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(
                gzip(&with(ACCEPT_ENCODING, &[accept])),
                expected,
                "{accept}"
            );
        }
        assert!(!gzip(&HeaderMap::new()));
    }
}
