//! Arguments and fields of input objects whose value is missing. The compiler's parser drops a name without a colon
//! and a value, so that the operation would run without what its author meant.

use super::commas;

/// Returns the first name of an argument, or of a field of an input object, that has no value; the text is a document
/// that the compiler has parsed.
pub fn without_value(text: &str) -> Option<&str> {
    let mut open: Vec<u8> = Vec::new();
    // The token before, by its first byte, and the name that a colon has to follow.
    let (mut before, mut named) = (b' ', None);
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            b'"' => commas::string(rest),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                run(rest, |b| b == b'_' || b.is_ascii_alphanumeric())
            }
            b'-' | b'0'..=b'9' => run(rest, |b| b"+-.eE".contains(&b) || b.is_ascii_digit()),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        let is_ignored =
            first == b'#' || first == b',' || first.is_ascii_whitespace() || !first.is_ascii();
        if is_ignored {
            continue;
        }
        if named.is_some() && first != b':' {
            return named;
        }
        let is_name = first == b'_' || first.is_ascii_alphabetic();
        let holds_names = match open.last() {
            Some(b'(') => true,
            // Otherwise it is a selection set.
            Some(b'{') => open.contains(&b'('),
            _ => false,
        };
        let is_key = is_name && holds_names && !b":$=@".contains(&before);
        named = is_key.then_some(token);
        match first {
            b'(' | b'[' | b'{' => open.push(first),
            b')' | b']' | b'}' => drop(open.pop()),
            _ => {}
        }
        before = first;
    }
    None
}

/// Returns the length of the bytes at the start of a text that belong to a token.
fn run(text: &str, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| belongs(*byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_value_is_found() {
        for (text, name) in [
            ("{a(b)}", Some("b")),
            ("{a(c:1 pric1500 )}", Some("pric1500")),
            ("{a(b c:1)}", Some("b")),
            ("{a(b:{c d:1})}", Some("c")),
            ("{a(b:[{c:1 d}])}", Some("d")),
            ("{a @include(if)}", Some("if")),
            ("{a(b # c:1\n)}", Some("b")),
            ("{a(b:X, c:$v d:[X Y] e:{f:X g:$h}) {b c}}", None),
            (
                "query($v:Int!=-1.5e3 $w:[A!]=[X] @d(e:\"f g\") $x:B=Y){a(v:$v)}",
                None,
            ),
            ("{a(b:\"\"\"c d\"\"\" e:\"f (g\" h : 1)}", None),
            ("{a{b c} ...F @skip(if:true)} fragment F on Q{d}", None),
        ] {
            assert_eq!(without_value(text), name, "{text}");
        }
    }
}
