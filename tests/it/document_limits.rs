//! Checks that limits named by documents equal the constants in the code.

use crate::documents::documents;

/// A document, a phrase of it with `{}` for the number, the file and name of the constant, and the
/// divisor from its value to the document's unit.
type Limit = (&'static str, &'static str, &'static str, &'static str, u64);

const KIB: u64 = 1024;
const MIB: u64 = 1024 * 1024;
const DAY: u64 = 24 * 60 * 60;

#[rustfmt::skip]
const LIMITS: &[Limit] = &[
    ("limits", "(IPv6: one /64) | {} |", "app/security/limits.rs", "ACCOUNT_BURST", 1),
    ("limits", "(/24, IPv6 /48) | {} |", "app/security/limits.rs", "BLOCK_BURST", 1),
    ("limits", "by all strangers together | {} |", "app/security/limits.rs", "STRANGERS_BURST", 1),
    ("limits", "then one attempt every {} seconds", "app/security/limits.rs", "ACCOUNT_PERIOD", 1),
    ("limits", "one address have {} attempts", "app/security/limits.rs", "ADDRESS_BURST", 1),
    ("limits", "over all accounts, then one every {} seconds", "app/security/limits.rs", "ADDRESS_PERIOD", 1),
    ("limits", "keeps the last {} addresses", "app/security/keyed.rs", "KEYS", 1),
    ("limits", "for {} days. It stays", "app/security/known_devices.rs", "LIFE", DAY),
    ("limits", "for {} hours, for one address", "app/accounts/invites.rs", "INVITE_HOURS", 1),
    ("limits", "WebSocket message | {} KiB", "http/mod.rs", "BODY", KIB),
    ("limits", "request headers, HTTP/2 | {} KiB", "http/listen/accept.rs", "HEADER_LIST", KIB),
    ("limits", "Operations on one WebSocket | {};", "http/socket.rs", "OPERATIONS", 1),
    ("limits", "A silent client | pinged after {} s", "http/socket.rs", "SILENCE", 1),
    ("limits", "while a message waits | disconnected after {} s", "http/socket.rs", "STALLED", 1),
    ("limits", "one network (IPv6: /64); for {} s", "http/socket.rs", "INIT", 1),
    ("limits", "Streams of an HTTP/2 connection | {} |", "http/listen/accept.rs", "STREAMS", 1),
    ("limits", "before they are served | {} |", "http/listen/accept.rs", "PENDING_RESETS", 1),
    ("limits", "probed after {} s", "http/listen/accept.rs", "KEEPALIVE", 1),
    ("limits", "then every {} s | ends", "http/listen/accept.rs", "KEEPALIVE_INTERVAL", 1),
    ("limits", "ends after {} probes", "http/listen/accept.rs", "KEEPALIVE_RETRIES", 1),
    ("limits", "Reading | {} KiB in", "http/listen/pace.rs", "LEAST", KIB),
    ("limits", "KiB in {} s of waiting", "http/listen/pace.rs", "TIME", 1),
    ("limits", "All responses over {} KiB", "app/memory.rs", "UNIT", KIB),
    ("limits", "in turn; {} s;", "app/memory.rs", "WAIT", 1),
    ("limits", "s; {} at the same time", "app/memory.rs", "WAITING", 1),
    ("limits", "over {} nested entries", "graphql/loader.rs", "MANY", 1),
    ("limits", "rows of a table | {} |", "sheet/read.rs", "ROWS", 1),
    ("limits", "in every row | {} |", "sheet/read.rs", "COLUMNS", 1),
    ("limits", "shared texts | {} MiB", "sheet/workbook.rs", "UNPACKED_MIB", 1),
    ("limits", "MiB, {}, 100, 2,000,000", "sheet/workbook.rs", "PARTS", 1),
    ("limits", "2,000, {}, 2,000,000", "sheet/workbook.rs", "SHEETS", 1),
    ("limits", "2,000, 100, {} |", "sheet/workbook.rs", "TEXTS", 1),
    ("limits", "workbook on the page “Data” | {} MiB", "web/data/mod.rs", "TABLE", 1),
    ("limits", "archive on the page “Data” | {} MiB", "web/data/mod.rs", "ARCHIVE", 1),
    ("limits", "archive for `zayavka import` | {} GiB", "cli/mod.rs", "ARCHIVE", 1),
    ("limits", "password from standard input | {} KiB", "cli/mod.rs", "LINE", KIB),
    ("limits", "`zayavka healthcheck` | {} bytes", "cli/operation.rs", "WHY", 1),
    ("limits", "with a secret (`*_file`) | {} KiB", "config/values.rs", "SECRET", 1),
    ("limits", "the log shrinks to {} MiB", "store/engine/db.rs", "LOG_KEPT", MIB),
    ("operations", "wait in a queue of {}.", "log/stream.rs", "LINES", 1),
    ("operations", "of the first {} requests", "log/repeats.rs", "REQUESTS", 1),
    ("operations", "requests in progress have {} seconds", "http/listen/accept.rs", "DRAIN", 1),
    ("operations", "exits with code **{}**", "server/lost.rs", "EXIT", 1),
    ("bot", "and {} a day from one customer", "domain/attachment.rs", "A_DAY", 1),
    ("bot", "After {} hours a notice is given up", "domain/retry.rs", "GIVE_UP_HOURS", 1),
    ("api/webhooks", "at last every {} minutes", "domain/retry.rs", "LONGEST_BACKOFF", 60),
    ("api/webhooks", "for {} hours, also after a restart", "domain/retry.rs", "GIVE_UP_HOURS", 1),
    ("import-export", "At most {} rows", "sheet/read.rs", "ROWS", 1),
    ("import-export", "rows and {} columns", "sheet/read.rs", "COLUMNS", 1),
    ("owner", "up to {} a column", "web/board.rs", "COLUMN", 1),
];

/// Returns the value of a constant: a number or a product of numbers, possibly wrapped.
fn value(file: &str, name: &str) -> u64 {
    let path = format!("{}/src/{file}", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let start = format!("const {name}: ");
    let (_, rest) = source
        .split_once(&start)
        .unwrap_or_else(|| panic!("{file} has no {name}: correct this test and the document"));
    let (_, expression) = rest.split_once('=').unwrap();
    let (expression, _) = expression.split_once(';').unwrap();
    // `Duration::from_secs(…)`, `NonZeroU32::new(…).unwrap()`
    let inner = match expression.split_once('(') {
        Some((_, rest)) => rest.split_once(')').unwrap().0,
        None => expression,
    };
    let factors = inner.split('*').map(|factor| {
        let digits: String = factor.chars().filter(|c| *c != '_').collect();
        let number = digits.trim().parse::<u64>();
        number.unwrap_or_else(|_| panic!("{file}: {name} is no product of numbers: {expression}"))
    });
    factors.product()
}

/// Formats a number with thousands separators.
fn written(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn limits_in_documents_are_those_of_the_code() {
    let documents = documents();
    let mut wrong = Vec::new();
    for (document, phrase, file, name, unit) in LIMITS {
        let page = &documents[&format!("docs/{document}.md")];
        let words: Vec<_> = page.split_whitespace().collect();
        let value = value(file, name);
        assert!(value.is_multiple_of(*unit), "{name}");
        let expected = phrase.replace("{}", &written(value / unit));
        if !words.join(" ").contains(&expected) {
            wrong.push(format!(
                "docs/{document}.md doesn't say {expected:?}, as {file} does"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
