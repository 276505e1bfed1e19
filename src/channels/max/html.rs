//! Conversion of a message's markup to what MAX knows (<https://dev.max.ru/docs-api>, "Text formatting"). Other
//! tags are left out here, and their text stays.

/// Maximum length of a text in characters.
const LONGEST: usize = 4_000;
/// Characters that an entity or a closing tag takes at most.
const ROOM: usize = 10;

/// Tags that MAX knows, as they are written there.
const KNOWN: &[(&str, &str)] = &[
    ("b", "b"),
    ("strong", "b"),
    ("i", "i"),
    ("em", "i"),
    ("u", "u"),
    ("ins", "u"),
    ("s", "s"),
    ("strike", "s"),
    ("del", "s"),
    ("a", "a"),
    ("code", "code"),
    ("pre", "pre"),
];

/// A piece of markup.
enum Piece<'a> {
    /// A character, as itself or an entity.
    Letter(&'a str),
    Open {
        name: &'static str,
        address: Option<&'a str>,
    },
    Close(&'static str),
    /// A tag that MAX doesn't know.
    Unknown,
}

/// Converts a text. One that is too long is cut, with its tags closed.
pub(super) fn of_max(text: &str) -> String {
    let (mut out, mut open) = (String::with_capacity(text.len()), Vec::new());
    let mut length = 0;
    let (mut rest, whole) = (text, text.chars().count() <= LONGEST);
    while let Some((piece, after)) = next(rest) {
        rest = after;
        match piece {
            Piece::Letter(letter) => {
                if !whole && length + ROOM * (open.len() + 1) > LONGEST {
                    out.push('…');
                    break;
                }
                out += letter;
                length += letter.chars().count();
            }
            Piece::Open { name, address } => {
                let tag = match address {
                    Some(address) => format!("<{name} href=\"{address}\">"),
                    None => format!("<{name}>"),
                };
                length += tag.chars().count();
                if !whole && length + ROOM * (open.len() + 2) > LONGEST {
                    out.push('…');
                    break;
                }
                out += &tag;
                open.push(name);
            }
            Piece::Close(name) => {
                // Tags are nested, or the text isn't ours.
                if open.last() == Some(&name) {
                    open.pop();
                    let tag = format!("</{name}>");
                    length += tag.len();
                    out += &tag;
                }
            }
            Piece::Unknown => {}
        }
    }
    for name in open.into_iter().rev() {
        out += &format!("</{name}>");
    }
    out
}

fn next(text: &str) -> Option<(Piece<'_>, &str)> {
    let first = text.chars().next()?;
    let end = match first {
        '<' => text.find('>').map(|end| end + 1),
        '&' => text.find(';').filter(|end| *end <= 8).map(|end| end + 1),
        _ => None,
    };
    let (piece, rest) = text.split_at(end.unwrap_or(first.len_utf8()));
    let piece = match (first, end) {
        ('<', Some(_)) => tag(piece.trim_matches(['<', '>'])),
        _ => Piece::Letter(piece),
    };
    Some((piece, rest))
}

fn tag(inside: &str) -> Piece<'_> {
    let (is_end, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    let name = inside.split_whitespace().next().unwrap_or_default();
    let known = KNOWN
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    match (known, is_end) {
        (None, _) => Piece::Unknown,
        (Some((_, name)), true) => Piece::Close(name),
        (Some((_, name)), false) => {
            let address = inside.split_once("href=\"");
            let address = address.and_then(|(_, rest)| Some(rest.split_once('"')?.0));
            Piece::Open {
                name,
                address: address.filter(|_| *name == "a"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_max_knows_stay_and_others_go_without_their_text() {
        for (text, expected) in [
            (
                "Repair <b>No. 1</b>: &lt;ok&gt; &amp; done\n\n<i>x</i>",
                "Repair <b>No. 1</b>: &lt;ok&gt; &amp; done\n\n<i>x</i>",
            ),
            (
                "<a href=\"https://a.example/?a=1&amp;b=2\">№ 1</a>",
                "<a href=\"https://a.example/?a=1&amp;b=2\">№ 1</a>",
            ),
            (
                "<strong>a</strong><del>b</del><strike>c</strike>",
                "<b>a</b><s>b</s><s>c</s>",
            ),
            (
                "<blockquote expandable>a</blockquote> <tg-spoiler>b</tg-spoiler>",
                "a b",
            ),
            ("<span class=\"tg-spoiler\">a</span>", "a"),
            (
                "<pre><code class=\"language-rust\">a</code></pre>",
                "<pre><code>a</code></pre>",
            ),
            ("1 < 2 & 3", "1 < 2 & 3"),
            ("<b>a", "<b>a</b>"),
            ("a</b>", "a"),
            ("", ""),
        ] {
            assert_eq!(of_max(text), expected);
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_with_its_tags_closed() {
        let fits = format!("<b>{}</b>", "я".repeat(3_993));
        assert_eq!(of_max(&fits), fits);
        for long in [
            format!("<b>{}</b>", "я".repeat(4_100)),
            format!("<b><i>{}</i></b>", "&lt;".repeat(2_000)),
            "<b>x</b> ".repeat(600),
            format!("<a href=\"https://a.example/{}\">x</a> ", "a".repeat(40)).repeat(60),
        ] {
            let cut = of_max(&long);
            assert!(cut.chars().count() <= 4_000, "{}", cut.chars().count());
            assert!(cut.chars().count() > 3_800, "{}", cut.chars().count());
            assert!(cut.contains('…') && !cut.contains("&l…"));
            assert_eq!(cut.matches("<b>").count(), cut.matches("</b>").count());
        }
    }
}
