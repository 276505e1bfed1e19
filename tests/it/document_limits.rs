//! Checks that limits named by documents equal the constants in the code.

/// A document, a phrase of it with `{}` for the number, the file and name of the constant, and the
/// divisor from its value to the document's unit.
type Limit = (&'static str, &'static str, &'static str, &'static str, u64);

const KIB: u64 = 1024;
const MIB: u64 = 1024 * 1024;
const DAY: u64 = 24 * 60 * 60;

#[rustfmt::skip]
const LIMITS: &[Limit] = &[
    ("docs/limits.md", "(IPv6: one /64) | {} |", "app/security/limits.rs", "ACCOUNT_BURST", 1),
    ("docs/limits.md", "(/24, IPv6 /48) | {} |", "app/security/limits.rs", "BLOCK_BURST", 1),
    ("docs/limits.md", "by all strangers together | {} |", "app/security/limits.rs", "STRANGERS_BURST", 1),
    ("docs/limits.md", "then one attempt every {} seconds", "app/security/limits.rs", "ACCOUNT_PERIOD", 1),
    ("docs/limits.md", "one address have {} attempts", "app/security/limits.rs", "ADDRESS_BURST", 1),
    ("docs/limits.md", "over all accounts, then one every {} seconds", "app/security/limits.rs", "ADDRESS_PERIOD", 1),
    ("docs/limits.md", "keeps the last {} addresses", "app/security/keyed.rs", "KEYS", 1),
    ("docs/limits.md", "for {} days. It stays", "app/security/known_devices.rs", "LIFE", DAY),
    ("docs/limits.md", "for {} hours, for one address", "app/accounts/invites.rs", "INVITE_HOURS", 1),
    ("docs/limits.md", "works once, for {} hours, for one employee", "app/accounts/password_links.rs", "PASSWORD_LINK_HOURS", 1),
    ("docs/limits.md", "by e-mail, {} letters", "app/security/limits.rs", "LETTER_BURST", 1),
    ("docs/limits.md", "then one every {} seconds. A link", "app/security/limits.rs", "LETTER_PERIOD", 1),
    ("docs/limits.md", "up to {} seconds for the mail server", "app/accounts/letters.rs", "LONGEST", 1),
    ("docs/limits.md", "WebSocket message | {} KiB", "http/mod.rs", "BODY", KIB),
    ("docs/limits.md", "with each file of it | {} MiB", "http/graphql/upload.rs", "WHOLE", MIB),
    ("docs/limits.md", "16 MiB, {} MiB | 413", "domain/contents.rs", "MAX", MIB),
    ("docs/limits.md", "from files to variables | {} KiB", "http/graphql/upload.rs", "MAP", KIB),
    ("docs/limits.md", "twice its announced length | {} MiB", "app/memory/mod.rs", "UPLOADS", MIB),
    ("docs/limits.md", "request headers, HTTP/2 | {} KiB", "http/listen/accept.rs", "HEADER_LIST", KIB),
    ("docs/limits.md", "Operations on one WebSocket | {};", "http/socket/operations.rs", "OPERATIONS", 1),
    ("docs/limits.md", "A silent client | pinged after {} s", "http/socket/conversation.rs", "SILENCE", 1),
    ("docs/limits.md", "while a message waits | disconnected after {} s", "http/socket/conversation.rs", "STALLED", 1),
    ("docs/limits.md", "take the close frame, or doesn't answer it | disconnected after {} s", "http/socket/close.rs", "FAREWELL", 1),
    ("docs/limits.md", "disconnected after 1 s, or after {} s", "http/socket/close.rs", "LINGER", 1),
    ("docs/limits.md", "The reason of a close | {} bytes", "http/socket/close.rs", "REASON", 1),
    ("docs/api/live.md", "pings a client after {} seconds", "http/socket/conversation.rs", "SILENCE", 1),
    ("docs/limits.md", "one network (IPv6: /64); for {} s", "http/socket/conversation.rs", "INIT", 1),
    ("docs/limits.md", "Streams of an HTTP/2 connection | {} |", "http/listen/accept.rs", "STREAMS", 1),
    ("docs/limits.md", "before they are served | {} |", "http/listen/accept.rs", "PENDING_RESETS", 1),
    ("docs/limits.md", "probed after {} s", "http/listen/accept.rs", "KEEPALIVE", 1),
    ("docs/limits.md", "then every {} s | ends", "http/listen/accept.rs", "KEEPALIVE_INTERVAL", 1),
    ("docs/limits.md", "ends after {} probes", "http/listen/accept.rs", "KEEPALIVE_RETRIES", 1),
    ("docs/limits.md", "Reading | {} KiB in", "http/listen/pace.rs", "LEAST", KIB),
    ("docs/limits.md", "KiB in {} s of waiting", "http/listen/pace.rs", "TIME", 1),
    ("docs/limits.md", "All responses over {} KiB", "app/memory/mod.rs", "UNIT", KIB),
    ("docs/limits.md", "in turn; {} s;", "app/memory/mod.rs", "WAIT", 1),
    ("docs/limits.md", "s; {} at the same time", "app/memory/mod.rs", "WAITING", 1),
    ("docs/limits.md", "over {} nested entries", "graphql/engine/state.rs", "MANY", 1),
    ("docs/limits.md", "fields merged) | {} fields,", "graphql/engine/limits.rs", "FIELDS", 1),
    ("docs/limits.md", "fields, {} selections to merge", "graphql/engine/limits.rs", "VISITS", 1),
    ("docs/limits.md", "merge, {} levels of braces", "graphql/engine/limits.rs", "NESTING", 1),
    ("docs/limits.md", "braces, {} tokens", "graphql/engine/limits.rs", "TOKENS", 1),
    ("docs/limits.md", "wherever it is used | {} MiB", "graphql/engine/limits.rs", "VALUES", MIB),
    ("docs/api/README.md", "depth of a query | {} |", "graphql/engine/limits.rs", "DEPTH", 1),
    ("docs/api/README.md", "taken to have entries, {}, and", "graphql/engine/limits.rs", "LIST", 1),
    ("docs/api/README.md", "as `first` or `last` says | {} |", "graphql/engine/limits.rs", "COMPLEXITY", 1),
    ("docs/api/README.md", "aliases | {} |", "graphql/engine/limits.rs", "ALIASES", 1),
    ("docs/api/README.md", "root fields | {} |", "graphql/engine/limits.rs", "ROOT_FIELDS", 1),
    ("docs/api/README.md", "page of a connection | {} |", "graphql/engine/page.rs", "LONGEST_PAGE", 1),
    ("docs/ru/api/README.md", "глубина запроса | {} |", "graphql/engine/limits.rs", "DEPTH", 1),
    ("docs/ru/api/README.md", "поля списка считаются {} раз", "graphql/engine/limits.rs", "LIST", 1),
    ("docs/ru/api/README.md", "сказано в `first` или `last` | {}000 |", "graphql/engine/limits.rs", "COMPLEXITY", 1_000),
    ("docs/ru/api/README.md", "псевдонимы (aliases) | {} |", "graphql/engine/limits.rs", "ALIASES", 1),
    ("docs/ru/api/README.md", "поля верхнего уровня | {} |", "graphql/engine/limits.rs", "ROOT_FIELDS", 1),
    ("docs/ru/api/README.md", "страница списка (connection) | {} |", "graphql/engine/page.rs", "LONGEST_PAGE", 1),
    ("docs/limits.md", "rows of a table | {} |", "sheet/reading.rs", "ROWS", 1),
    ("docs/limits.md", "in every row | {} |", "sheet/reading.rs", "COLUMNS", 1),
    ("docs/limits.md", "shared texts | {} MiB", "sheet/workbook.rs", "UNPACKED_MIB", 1),
    ("docs/limits.md", "MiB, {}, 100, 2,000,000", "sheet/workbook.rs", "PARTS", 1),
    ("docs/limits.md", "2,000, {}, 2,000,000", "sheet/workbook.rs", "SHEETS", 1),
    ("docs/limits.md", "2,000, 100, {} |", "sheet/workbook.rs", "TEXTS", 1),
    ("docs/limits.md", "workbook on the page “Data” | {} MiB", "web/data/mod.rs", "TABLE", 1),
    ("docs/limits.md", "archive on the page “Data” | {} MiB", "web/data/mod.rs", "ARCHIVE", 1),
    ("docs/limits.md", "width and height | {} MiB", "domain/logo.rs", "MIB", 1),
    ("docs/limits.md", "1 MiB, {} pixels", "domain/logo.rs", "SIDE", 1),
    ("docs/owner.md", "WebP of up to {} MB", "domain/logo.rs", "MIB", 1),
    ("docs/owner.md", "1 MB and {} by", "domain/logo.rs", "SIDE", 1),
    ("docs/limits.md", "archive for `zayavka import` | {} GiB", "cli/data.rs", "ARCHIVE", 1),
    ("docs/limits.md", "password from standard input | {} KiB", "cli/accounts.rs", "LINE", KIB),
    ("docs/limits.md", "`zayavka healthcheck` | {} bytes", "cli/operation.rs", "WHY", 1),
    ("docs/limits.md", "with a secret (`*_file`) | {} KiB", "config/values.rs", "SECRET", 1),
    ("docs/limits.md", "start of the connection | {} s |", "http/listen/accept.rs", "HEADERS", 1),
    ("docs/limits.md", "two requests (HTTP/1.1) | {} s;", "http/listen/idle.rs", "IDLE", 1),
    ("docs/limits.md", "the log shrinks to {} MiB", "store/engine/db.rs", "LOG_KEPT", MIB),
    ("docs/operations.md", "wait in a queue of {}.", "log/stream.rs", "LINES", 1),
    ("docs/operations.md", "of the first {} requests", "log/repeats.rs", "REQUESTS", 1),
    ("docs/operations.md", "requests in progress have {} seconds", "http/listen/accept.rs", "DRAIN", 1),
    ("docs/operations.md", "exits with code **{}**", "server/lost.rs", "EXIT", 1),
    ("docs/bot.md", "and {} a day from one customer", "domain/attachment.rs", "A_DAY", 1),
    ("docs/bot.md", "After {} hours a notice is given up", "domain/retry.rs", "GIVE_UP_HOURS", 1),
    ("docs/api/README.md", "for each, at most {} |", "http/graphql/format.rs", "BATCH", 1),
    ("docs/api/webhooks.md", "at last every {} minutes", "domain/retry.rs", "LONGEST_BACKOFF", 60),
    ("docs/api/webhooks.md", "for {} hours, also after a restart", "domain/retry.rs", "GIVE_UP_HOURS", 1),
    ("docs/import-export.md", "At most {} rows", "sheet/reading.rs", "ROWS", 1),
    ("docs/import-export.md", "rows and {} columns", "sheet/reading.rs", "COLUMNS", 1),
    ("docs/owner.md", "up to {} cards", "app/board.rs", "CARDS", 1),
    ("docs/limits.md", "file in an archive | {} KiB", "store/upkeep/archive.rs", "TEXT_KIB", 1),
    ("SECURITY.md", "they are closed after {} s", "http/socket/conversation.rs", "INIT", 1),
    ("SECURITY.md", "pinged after {} s", "http/socket/conversation.rs", "SILENCE", 1),
    ("SECURITY.md", "disconnected after {} s with a full buffer", "http/socket/conversation.rs", "STALLED", 1),
    ("config.toml", "at least {} bytes; one of these two", "config/values.rs", "SHORTEST_KEY", 1),
];

/// Returns the value of a constant: a number, a product of numbers, possibly wrapped, or the constant of a module
/// beside it.
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
    if let Some((module, name)) = inner.trim().split_once("::") {
        let folder = file.rsplit_once('/').unwrap().0;
        return value(&format!("{folder}/{module}.rs"), name);
    }
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
    let mut wrong = Vec::new();
    for (document, phrase, file, name, unit) in LIMITS {
        let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
        let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let words: Vec<_> = page.split_whitespace().collect();
        let value = value(file, name);
        assert!(value.is_multiple_of(*unit), "{name}");
        let expected = phrase.replace("{}", &written(value / unit));
        if !words.join(" ").contains(&expected) {
            wrong.push(format!(
                "{document} doesn't say {expected:?}, as {file} does"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
