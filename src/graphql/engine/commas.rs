//! Commas in the text of a document. They mean nothing (<https://spec.graphql.org/October2021/#sec-Insignificant-Commas>),
//! but the compiler expects none within a field or a spread.

use std::borrow::Cow;

/// Replaces the commas outside of strings and comments by spaces, so that everything stays at its place.
pub fn as_spaces(text: &str) -> Cow<'_, str> {
    if !text.contains(',') {
        return text.into();
    }
    let mut spaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find([',', '#', '"']) {
        let (before, from) = rest.split_at(at);
        spaced.push_str(before);
        let length = match from.as_bytes() {
            [b',', ..] => {
                spaced.push(' ');
                rest = &from[1..];
                continue;
            }
            [b'#', ..] => from.find(['\n', '\r']).unwrap_or(from.len()),
            _ => string(from),
        };
        let (skipped, after) = from.split_at(length);
        spaced.push_str(skipped);
        rest = after;
    }
    spaced.push_str(rest);
    spaced.into()
}

/// Returns the length of the string at the start of a text.
pub(super) fn string(text: &str) -> usize {
    match text.starts_with("\"\"\"") {
        true => block(text),
        false => line(text),
    }
}

/// Returns the length of the block string at the start of a text.
fn block(text: &str) -> usize {
    const MARK: &str = "\"\"\"";
    let mut at = MARK.len();
    while let Some(end) = text[at..].find(MARK) {
        let end = at + end;
        at = end + MARK.len();
        if !text[..end].ends_with('\\') {
            return at;
        }
    }
    text.len()
}

/// Returns the length of the string of one line at the start of a text.
fn line(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' | '\n' | '\r' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_strings_and_comments_stay() {
        for (text, spaced) in [
            ("{a,:me{id}}", "{a :me{id}}"),
            ("{...,F},", "{... F} "),
            (r#"{a(b:"x,y",c:1)}"#, r#"{a(b:"x,y" c:1)}"#),
            (r#"{a(b:"\",",c:"\\",d:1)}"#, r#"{a(b:"\"," c:"\\" d:1)}"#),
            (
                r#"{a(b:""",\""",""",c:"",d:1)}"#,
                r#"{a(b:""",\""",""" c:"" d:1)}"#,
            ),
            ("{a #,\n,b}", "{a #,\n b}"),
            ("{a(b:\"я,\",c:1),", "{a(b:\"я,\" c:1) "),
            ("{a(b:\",\n,", "{a(b:\",\n "),
            ("{a}", "{a}"),
        ] {
            assert_eq!(as_spaces(text), spaced);
        }
    }
}
