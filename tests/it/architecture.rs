//! Rules of the architecture: dependencies between rooms, and between the modules of a room, have
//! no cycles; SQL is in one room, and only one room reads the time.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Reach, Source, sources};

/// Each module with the modules that it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("failure", &[]),
    ("domain", &[]),
    ("clock", &[]),
    ("https", &["domain", "tls_provider", "certificate"]),
    ("tls_provider", &[]),
    ("certificate", &["tls_provider"]),
    ("config", &["domain"]),
    ("i18n", &["domain"]),
    ("log", &["domain", "clock"]),
    ("metrics", &[]),
    ("store", &["domain", "clock", "metrics"]),
    ("channels", &["domain", "https"]),
    ("offsite", &["domain", "clock", "https"]),
    ("app", &["domain", "clock", "metrics", "store"]),
    ("bot", &["domain", "i18n", "store", "channels", "app"]),
    (
        "workers",
        &[
            "failure", "domain", "clock", "config", "https", "i18n", "metrics", "store",
            "channels", "offsite", "app", "bot",
        ],
    ),
    ("sheet", &["domain", "i18n", "store"]),
    (
        "graphql",
        &["domain", "i18n", "log", "store", "app", "sheet"],
    ),
    ("web", &["domain", "i18n", "log", "store", "app", "sheet"]),
    (
        "http",
        &[
            "failure",
            "certificate",
            "config",
            "tls_provider",
            "web",
            "domain",
            "clock",
            "i18n",
            "log",
            "metrics",
            "store",
            "channels",
            "app",
            "bot",
            "graphql",
        ],
    ),
    (
        "server",
        &[
            "failure", "i18n", "config", "domain", "clock", "metrics", "store", "app", "graphql",
            "http", "workers", "demo",
        ],
    ),
    ("demo", &["domain", "i18n", "store", "app"]),
    (
        "doctor",
        &[
            "certificate",
            "config",
            "clock",
            "https",
            "domain",
            "store",
            "channels",
        ],
    ),
    (
        "cli",
        &[
            "failure", "config", "clock", "domain", "https", "i18n", "log", "store", "offsite",
            "app", "workers", "graphql", "server", "demo", "doctor",
        ],
    ),
];

/// Returns the forbidden dependencies of a file, with their lines.
fn arrows_back(source: &Source) -> Vec<(String, usize)> {
    let (room, may) = match source.module.first() {
        // The composition root may use every module.
        None => return Vec::new(),
        Some(room) => match ROOMS.iter().find(|(name, _)| name == room) {
            Some((_, may)) => (&**room, *may),
            None => panic!("{} is in no room of the list", source.file),
        },
    };
    let used = |reach: Reach| {
        if reach.path[0] != "crate" {
            return None;
        }
        let used = reach.path.get(1).map_or("all of the crate", |used| used);
        (used != room && !may.contains(&used)).then(|| (used.to_owned(), reach.line))
    };
    source
        .reached()
        .paths
        .into_iter()
        .filter_map(used)
        .collect()
}

/// Returns the lines with SQL or a database library.
fn sql(source: &Source) -> Vec<usize> {
    let words = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
    let crates = ["rusqlite", "r2d2", "r2d2_sqlite", "refinery"];
    let reached = source.reached();
    let texts = reached.texts.iter();
    let texts = texts.filter(|(text, _)| words.iter().any(|word| text.contains(word)));
    let uses = reached.paths.iter();
    let uses = uses.filter(|reach| crates.contains(&&*reach.path[0]));
    let texts = texts.map(|(_, line)| *line);
    texts.chain(uses.map(|reach| reach.line)).collect()
}

/// Returns the lines that read the time, or rename a function that does.
fn times(source: &Source) -> Vec<usize> {
    let clocks = ["Timestamp", "SystemTime", "Instant", "Zoned"];
    let asks = |reach: &Reach| match &reach.path[..] {
        [.., clock, now] if now == "now" => clocks.contains(&&**clock),
        [.., clock] => reach.renamed && clocks.contains(&&**clock),
        [] => false,
    };
    let paths = source.reached().paths.into_iter();
    paths.filter(asks).map(|reach| reach.line).collect()
}

/// The rooms of the map in the crate's documentation, in its order.
fn mapped(root: &syn::File) -> Vec<String> {
    let text = |attribute: &syn::Attribute| match &attribute.meta {
        syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    let room = |line: String| {
        let (name, _) = line.trim().strip_prefix("- [`")?.split_once("`]: ")?;
        Some(name.to_owned())
    };
    root.attrs
        .iter()
        .filter_map(text)
        .filter_map(room)
        .collect()
}

#[test]
fn the_map_of_the_house_has_its_rooms_and_the_list_of_arrows_has_them_too() {
    let sources = sources("src");
    let root = sources.iter().find(|source| source.file == "lib.rs");
    let root = root.unwrap().parse();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let modules = root.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) => Some(module.ident.to_string()),
        _ => None,
    });
    let listed = ROOMS.iter().map(|(name, _)| (*name).to_owned());
    let map = mapped(&root);
    assert_eq!(
        sorted(map.clone()),
        sorted(modules.collect()),
        "the map of lib.rs"
    );
    assert_eq!(sorted(map.clone()), sorted(listed.collect()), "ROOMS");
    // In the map's order a room uses only those above it.
    let place = |name: &str| map.iter().position(|room| room == name);
    for (room, may) in ROOMS {
        for used in *may {
            assert!(
                place(used) < place(room),
                "{room} may use {used}, which the map has below it"
            );
        }
    }
}

#[test]
fn no_arrow_points_back() {
    for source in sources("src") {
        let back = arrows_back(&source);
        assert!(back.is_empty(), "src/{} may not use {back:?}", source.file);
    }
}

#[test]
fn sql_and_the_wall_clock_stay_in_their_modules() {
    for source in sources("src") {
        let (file, room) = (&source.file, source.module.first().map(String::as_str));
        if room != Some("store") {
            let lines = sql(&source);
            assert!(lines.is_empty(), "src/{file} has SQL: {lines:?}");
        }
        if room != Some("clock") {
            let lines = times(&source);
            assert!(lines.is_empty(), "src/{file} asks for the time: {lines:?}");
        }
    }
}

/// Accepted dependencies that close a cycle within a room, with the reason. Without them no room
/// has a cycle; one that closes none must be removed from the list.
const HELD: &[(&str, &str, &str)] = &[
    // `Db::open` checks the file, migrates and restores before it reads and writes; all of that
    // uses the engine.
    ("store", "engine", "upkeep"),
    // `Db` caches the accounts and the ended sessions.
    ("store", "engine", "employees"),
    ("store", "engine", "sessions"),
    // `Db` retries a small write after the disk was full.
    ("store", "engine", "incidents"),
    // A loader fetches the same values that the fields of a list write.
    ("graphql", "loader", "view"),
];

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Returns the dependencies between the modules directly inside a room; deeper modules count as
/// these. The room's own `mod.rs` doesn't count: it only re-exports names, and a re-exported name
/// counts as its module's.
fn arrows_within(room: &str, sources: &[Source]) -> Arrows {
    let inside = || {
        sources
            .iter()
            .filter(|source| source.module.first().is_some_and(|name| name == room))
    };
    let modules: BTreeSet<&str> = inside()
        .filter_map(|source| source.module.get(1))
        .map(|name| &**name)
        .collect();
    let mut passed_on = BTreeMap::new();
    for source in inside().filter(|source| source.module.len() == 1) {
        for reach in source.reached_by_program().paths {
            let path: Vec<&str> = reach.path.iter().map(|name| &**name).collect();
            let path = match &path[..] {
                ["crate", first, rest @ ..] if *first == room => rest,
                path => path,
            };
            if let [module, .., name] = path
                && modules.contains(module)
                && !reach.renamed
            {
                passed_on.insert((*name).to_owned(), (*module).to_owned());
            }
        }
    }
    let mut arrows = Arrows::new();
    for source in inside() {
        let Some(from) = source.module.get(1) else {
            continue;
        };
        for reach in source.reached_by_program().paths {
            let [first, of, name, ..] = &reach.path[..] else {
                continue;
            };
            let to = match modules.contains(&**name) {
                true => Some(name),
                false => passed_on.get(name),
            };
            if let Some(to) = to.filter(|to| first == "crate" && of == room && *to != from) {
                arrows.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    arrows
}

/// Returns the modules of one cycle; `None` if there is none.
fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    let reached = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(module) = next.pop() {
            for to in arrows.get(module).into_iter().flatten() {
                if seen.insert(&**to) {
                    next.push(to);
                }
            }
        }
        seen
    };
    let back = |from: &str| {
        let there = reached(from).into_iter();
        there
            .filter(|to| reached(to).contains(from))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    arrows
        .keys()
        .map(|from| back(from))
        .find(|circle| !circle.is_empty())
}

#[test]
fn no_modules_of_a_room_use_each_other_in_a_circle() {
    let sources = sources("src");
    for (room, _) in ROOMS {
        let all = arrows_within(room, &sources);
        let held: Vec<_> = HELD.iter().filter(|(of, ..)| of == room).collect();
        let without = |held: &[&(&str, &str, &str)]| {
            let mut arrows = all.clone();
            for (_, from, to) in held {
                if let Some(to_all) = arrows.get_mut(*from) {
                    to_all.remove(*to);
                }
            }
            arrows
        };
        let found = circle(&without(&held));
        assert_eq!(
            found, None,
            "in src/{room} these modules use each other in a circle"
        );
        for arrow in &held {
            let others: Vec<_> = held
                .iter()
                .filter(|other| other != &arrow)
                .copied()
                .collect();
            assert!(
                circle(&without(&others)).is_some(),
                "{arrow:?} closes no circle any more"
            );
        }
    }
}

#[test]
fn a_hidden_circle_is_seen() {
    let room = |files: &[(&[&str], &str)]| {
        let files: Vec<Source> = files
            .iter()
            .map(|(module, code)| source(module, code))
            .collect();
        circle(&arrows_within("app", &files))
    };
    let (a, b, c) = (
        &["app", "a"][..],
        &["app", "b", "deep"][..],
        &["app", "c"][..],
    );
    let top = (
        &["app"][..],
        "mod a; mod b; pub use b::deep::{Thing, Other as Name};",
    );
    for (files, is_circle) in [
        (
            &[(a, "use super::b::f;"), (b, "use crate::app::a::g;")][..],
            true,
        ),
        (
            &[
                (a, "use crate::app::Thing;"),
                (b, "fn f() { super::super::a::g() }"),
                top,
            ],
            true,
        ),
        (
            &[
                (a, "use super::b;"),
                (b, "use super::super::c;"),
                (c, "fn f(x: super::a::A) {}"),
            ],
            true,
        ),
        (
            &[
                (a, "use super::b;"),
                (b, "use super::other; use super::super::c;"),
                (c, ""),
            ],
            false,
        ),
        (
            &[
                (a, "use super::b;"),
                (b, "#[cfg(test)] mod tests { use crate::app::a; }"),
            ],
            false,
        ),
    ] {
        assert_eq!(room(files).is_some(), is_circle, "{files:?}");
    }
}

fn source(module: &[&str], code: &str) -> Source {
    Source {
        file: "hidden.rs".to_owned(),
        module: module.iter().map(|name| (*name).to_owned()).collect(),
        text: code.to_owned(),
    }
}

#[test]
fn a_hidden_arrow_is_seen() {
    let store = &["store", "tasks", "count"];
    for (module, code, expected) in [
        (&store[..], "use crate::app::Desk;", "app"),
        (store, "use crate::{domain::Task, web};", "web"),
        (
            store,
            "use crate::{domain::{Task, Error}, clock, bot::{self}};",
            "bot",
        ),
        (
            store,
            "use crate::{\n    // A comment.\n    app as a,\n};",
            "app",
        ),
        (
            store,
            "use super::super::super::graphql::Schema;",
            "graphql",
        ),
        (
            store,
            "use super::{super::super::http, Conditions};",
            "http",
        ),
        (store, "pub use crate::app::*;", "app"),
        (store, "pub(crate) use crate::app;", "app"),
        (
            store,
            "use crate as all; fn f() { all::web::f() }",
            "all of the crate",
        ),
        (store, "use crate::*;", "all of the crate"),
        (store, "use super::super::super::*;", "all of the crate"),
        (store, "use crate::{self as all};", "all of the crate"),
        (store, "extern crate self as zayavka;", "all of the crate"),
        (store, "fn f() -> crate::app::Desk { todo!() }", "app"),
        (
            store,
            "fn f() { let x: Vec<crate::app::Desk> = g(); }",
            "app",
        ),
        (store, "fn f() { crate::web::answer(1); }", "web"),
        (
            store,
            "fn f() { super::super::super::web::answer(1); }",
            "web",
        ),
        (store, "impl crate::app::Passing for Task {}", "app"),
        (store, "fn f(x: &dyn crate::app::Passing) {}", "app"),
        (
            store,
            "fn f() { tracing::info!(x = crate::app::f()); }",
            "app",
        ),
        (store, "fn f() { vec![g(&[crate::app::f()])]; }", "app"),
        (
            store,
            "macro_rules! m { () => { $crate::app::f() }; }",
            "app",
        ),
        (
            store,
            "macro_rules! m { () => { use $crate::{domain, app::{x, y}}; }; }",
            "app",
        ),
        (
            store,
            "m! { use super::super::super::{clock, web}; }",
            "web",
        ),
        (
            store,
            "#[serde(with = \"x\", crate::app::f)] struct S;",
            "app",
        ),
        (
            store,
            "#[cfg(test)] mod tests { use super::super::super::super::app; }",
            "app",
        ),
        (&["store"], "use super::app;", "app"),
        (
            &["domain", "task"],
            "use crate::{\n    store::Db,\n};",
            "store",
        ),
        (
            &["clock"],
            "mod deep { fn f() { super::super::domain::f() } }",
            "domain",
        ),
    ] {
        let found: Vec<_> = arrows_back(&source(module, code))
            .into_iter()
            .map(|(used, _)| used)
            .collect();
        assert!(
            found.iter().any(|used| used == expected),
            "{code}: {found:?}"
        );
    }
    for (module, code) in [
        (&store[..], "use crate::{domain::Task, clock};"),
        (
            store,
            "use super::super::{Connection, super::domain::Error};",
        ),
        (store, "pub(in crate::store) fn f(self) { self.g(); }"),
        (
            store,
            "/// See [`crate::app::Desk`].\n// crate::app::f()\nfn f() {}",
        ),
        (store, "const TEXT: &str = \"crate::app::f()\";"),
        (
            store,
            "mod tests { use super::*; use super::super::Conditions; }",
        ),
        (store, "use std::sync::{self, Arc}; use app::x;"),
        (
            &["web", "tasks"],
            "use crate::{app, store::{self, tasks::After}};",
        ),
    ] {
        let found = arrows_back(&source(module, code));
        assert!(found.is_empty(), "{code}: {found:?}");
    }
}

/// Returns the lines that write to a standard stream directly, which blocks when nobody reads the
/// pipe and panics when writing fails, or that read a response without a limit.
fn unbounded(source: &Source) -> Vec<usize> {
    let words = [
        "println!",
        "print!",
        "dbg!",
        ".bytes().await",
        ".text().await",
        ".json().await",
    ];
    let lines = source.text.lines().zip(1..);
    let code = lines.filter(|(line, _)| !line.trim_start().starts_with("//"));
    let found = code.filter(|(line, _)| words.iter().any(|word| line.contains(word)));
    found.map(|(_, line)| line).collect()
}

#[test]
fn nothing_writes_to_a_stream_that_may_block_or_reads_without_a_limit() {
    for source in sources("src") {
        // A part of a form that has been read already.
        let exempt = source.file == "web/visit/parts.rs";
        let lines = unbounded(&source);
        assert_eq!(
            lines.len(),
            usize::from(exempt),
            "src/{}: {lines:?}",
            source.file
        );
    }
    for code in [
        "fn f() { eprintln!(\"x\"); }",
        "fn f() { println!(); }",
        "async fn f() { answer.bytes().await?; }",
    ] {
        assert_eq!(unbounded(&source(&["app"], code)).len(), 1, "{code}");
    }
}

/// Returns the lines that match the path of a request, and so would add a route.
fn routes(source: &Source) -> Vec<usize> {
    let paths = source.reached().paths.into_iter();
    let matches = |reach: &Reach| match &reach.path[..] {
        [warp, path] => warp == "warp" && path == "path" || reach.path.join("::") == "warp::*",
        [warp, path, of, ..] => warp == "warp" && path == "path" && of != "FullPath",
        _ => false,
    };
    let lines = source.text.lines().zip(1..);
    let segments = lines.filter(|(line, _)| line.contains(".segments()"));
    let segments = segments.map(|(_, line)| line);
    paths
        .filter(matches)
        .map(|reach| reach.line)
        .chain(segments)
        .collect()
}

#[test]
fn no_route_stands_outside_of_the_table() {
    for source in sources("src") {
        // The table, and the macros in which it is written.
        let is_table = ["http/table.rs", "http/route.rs"].contains(&&*source.file);
        let lines = routes(&source);
        assert_eq!(
            !lines.is_empty(),
            is_table,
            "src/{}: {lines:?}",
            source.file
        );
    }
    for code in [
        "fn f() { warp::path!(\"hidden\" / String).map(g) }",
        "fn f() { warp::path(\"hidden\").map(g) }",
        "fn f() { warp::get().and(warp::path::end()) }",
        "use warp::path;",
        "use warp::{Filter, path as p};",
        "use warp::path::{FullPath, full};",
        "use warp::*;",
        "fn f(visit: &Visit) { match visit.segments()[..] { _ => {} } }",
    ] {
        assert_eq!(routes(&source(&["web"], code)).len(), 1, "{code}");
    }
    for code in [
        "use warp::path::FullPath;",
        "fn f(path: &Path) { path.parent(); }",
    ] {
        assert!(routes(&source(&["web"], code)).is_empty(), "{code}");
    }
}

#[test]
fn hidden_sql_and_a_hidden_clock_are_seen() {
    let module = &["app", "tasks"];
    for code in [
        "fn f() { g(\"SELECT 1\") }",
        "fn f() { g(\"https://example.com\", \"DELETE FROM tasks\") }",
        "fn f() { g(r#\"INSERT INTO tasks\"#) }",
        "fn f() { format!(\"UPDATE {} SET\", 1) }",
        "const SQL: &str = \"\n    SELECT 1\";",
        "use {rusqlite::Connection, std::fmt};",
        "fn f(c: &rusqlite::Connection) {}",
        "fn f() { vec![rusqlite::params![1]] }",
    ] {
        assert_eq!(sql(&source(module, code)).len(), 1, "{code}");
    }
    for code in [
        "fn f() { Timestamp::now() }",
        "fn f() { let t = std::time::Instant::now(); }",
        "fn f() { vec![SystemTime :: now()] }",
        "fn f() { x.map(jiff::Zoned::now) }",
        "use std::{fmt, time::{Duration, Instant as Moment}};",
    ] {
        assert_eq!(times(&source(module, code)).len(), 1, "{code}");
    }
    let fine = "/// SELECT and rusqlite, and Instant::now().\nfn f(at: Timestamp) { clock.now(); }";
    let fine = source(module, fine);
    assert!(sql(&fine).is_empty() && times(&fine).is_empty());
}
