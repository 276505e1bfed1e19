//! A letter as HTML: one column, system fonts, no pictures and nothing from elsewhere.

use crate::channels::Letter;
use crate::channels::html;

const BODY: &str = "margin:0;padding:24px;background:#f6f6f4;color:#1c1c1a;\
                    font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,Arial,sans-serif";
const SHEET: &str = "max-width:560px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e2e2de;\
                     border-radius:8px";
const BUTTON: &str = "display:inline-block;padding:10px 16px;background:#1f5fbf;color:#fff;border-radius:6px;\
                      text-decoration:none";

/// Returns the page of a letter.
pub(super) fn page(letter: &Letter) -> String {
    let title = escaped(&letter.subject);
    let paragraphs = letter.text.trim_end().split("\n\n");
    let paragraphs =
        paragraphs.map(|lines| format!("<p>{}</p>", escaped(lines).replace('\n', "<br>")));
    let mut inside: String = paragraphs.collect();
    if let Some((url, words)) = &letter.link {
        let (url, words) = (escaped(url), escaped(words));
        inside += &format!("<p><a href=\"{url}\" style=\"{BUTTON}\">{words}</a></p>");
        inside += &format!("<p style=\"font-size:13px\"><a href=\"{url}\">{url}</a></p>");
    }
    if let Some((url, words)) = &letter.unsubscribe {
        let (url, words) = (escaped(url), escaped(words));
        inside += &format!("<p style=\"font-size:13px\"><a href=\"{url}\">{words}</a></p>");
    }
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{title}</title></head>\
         <body style=\"{BODY}\"><div style=\"{SHEET}\">{inside}</div></body></html>"
    )
}

fn escaped(text: &str) -> String {
    html(text).replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Email;

    #[test]
    fn a_text_is_never_markup() {
        let letter = Letter {
            id: "1".to_owned(),
            to: Email::parse("email", "a@example.com").unwrap(),
            subject: "<script>".to_owned(),
            text: "<b>&\nx\n\ny".to_owned(),
            link: Some(("https://x/\"><b>".to_owned(), "<i>".to_owned())),
            unsubscribe: None,
        };
        let page = page(&letter);
        for part in ["<script>", "<b>", "<i>", "\"><"] {
            let inside = page.replace("\" style=\"", "").replace("\">", "");
            assert!(!inside.contains(part), "{page}");
        }
        assert!(
            page.contains("<p>&lt;b&gt;&amp;<br>x</p><p>y</p>"),
            "{page}"
        );
    }
}
