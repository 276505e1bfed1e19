//! Encrypted copies on another machine, and the way back from them. The places are real servers (`places.rs`).

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use warp::http::Method;
use zayavka::domain::Recipient;
use zayavka::offsite::RecoveryKey;

use crate::cli::{fails, works, zayavka};
use crate::harness::{Shop, eventually, program, without_settings};
use crate::places::{BUCKET, Dav, Fault, PASSWORD, S3, USER, names, shorten, spoil};
use crate::process::Program;
use crate::tls::Authority;

/// Returns the words of a key with another first word, by which they don't match their checksum. One word of 256 would.
pub fn with_another_word(words: &str) -> String {
    let (_, rest) = words.split_once(' ').unwrap();
    ["zone", "zoo", "youth", "zero"]
        .map(|first| format!("{first} {rest}"))
        .into_iter()
        .find(|words| RecoveryKey::parse(&words.as_str().into()).is_err())
        .unwrap()
}

/// A shop on a machine of its own, with a place for its copies.
struct Machine {
    folder: TempDir,
    words: String,
    text: String,
}

impl Machine {
    /// Makes a shop with 40 tasks that has a recovery key.
    fn with_place(place: &str) -> Self {
        let folder = TempDir::new().unwrap();
        works(folder.path(), &["demo", "--tasks", "40"], "");
        write(&folder, "password", PASSWORD);
        write(
            &folder,
            "config.toml",
            &format!("[offsite]\n{place}\nuser = '{USER}'\npassword_file = 'password'\n"),
        );
        let sheet = works(folder.path(), &["recovery-key"], "");
        let words = sheet.lines().filter(|line| line.contains(". "));
        let words = words.flat_map(str::split_whitespace);
        let words: Vec<&str> = words
            .filter(|word| word.chars().all(|c| c.is_ascii_lowercase()))
            .collect();
        let text = sheet.lines().find(|line| line.starts_with("AGE-SECRET"));
        Self {
            words: words[words.len() - 24..].join(" "),
            text: text.unwrap().to_owned(),
            folder,
        }
    }

    fn on(dav: &Dav) -> Self {
        Self::with_place(&format!("address = '{}'", dav.address))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn copy(&self) -> String {
        works(self.path(), &["backup", "--offsite"], "")
    }

    fn copy_fails(&self) -> String {
        let said = fails(self.path(), &["backup", "--offsite"], "");
        assert!(!said.contains(PASSWORD), "{said}");
        said
    }
}

fn write(folder: &TempDir, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).unwrap();
}

fn count(folder: &Path, table: &str) -> i64 {
    let file = Connection::open(folder.join("zayavka.db")).unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    file.query_row(&sql, [], |row| row.get(0)).unwrap()
}

/// Restores from a place with a key.
fn restore(folder: &Path, address: &str, more: &[&str], key: &str) -> std::process::Output {
    let from = ["restore", "--from", address, "--user", USER];
    let arguments = [&from, more].concat();
    zayavka(folder, &arguments, &format!("{PASSWORD}\n{key}\n"), &[])
}

fn restored(folder: &Path, address: &str, more: &[&str], key: &str) -> String {
    let output = restore(folder, address, more, key);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, address: &str, more: &[&str], key: &str) -> String {
    let output = restore(folder, address, more, key);
    assert!(!output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains(PASSWORD), "{said}");
    said
}

/// Returns the encrypted copies among names.
fn copies(names: &[String]) -> Vec<&String> {
    names.iter().filter(|name| name.ends_with(".age")).collect()
}

/// Nothing of the copy stays beside the database.
fn is_clean(folder: &Path) {
    let left: Vec<String> = names(folder)
        .into_iter()
        .filter(|name| name.contains("offsite") || name.contains("restoring"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_shop_that_lost_its_machine_is_back_with_its_sheet() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    let said = shop.copy();
    assert!(said.contains("encrypted, and read back"), "{said}");
    is_clean(shop.path());
    let there = dav.names();
    let kinds: Vec<&str> = there
        .iter()
        .map(|name| name.rsplit('.').next().unwrap())
        .collect();
    assert_eq!(kinds, ["age", "json", "json"], "{there:?}");
    let copy = std::fs::read(dav.folder().join(copies(&there)[0])).unwrap();
    assert!(copy.starts_with(b"age-encryption.org/v1\n"));
    let is_plain = |text: &[u8]| copy.windows(text.len()).any(|part| part == text);
    assert!(!is_plain(b"SQLite format 3") && !is_plain("Замена".as_bytes()));
    let manifest = std::fs::read(dav.folder().join(&there[1])).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["tasks"], json!(count(shop.path(), "tasks")));
    assert_eq!(manifest["bytes"], json!(copy.len()));
    // The server has the public half alone.
    let database = std::fs::read(shop.path().join("zayavka.db")).unwrap();
    let secret = shop.text.as_bytes();
    assert!(!database.windows(secret.len()).any(|part| part == secret));

    let machine = TempDir::new().unwrap();
    let listed = restored(machine.path(), &dav.address, &["--list"], "");
    assert!(listed.starts_with(&there[0]), "{listed}");
    assert!(listed.contains("  40 tasks  "), "{listed}");
    assert!(!machine.path().join("zayavka.db").exists());
    let output = restore(machine.path(), &dav.address, &[], &shop.words);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains(&format!("  1  {}", there[0])), "{err}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("zayavka.db is restored"), "{said}");
    assert!(
        said.contains("the copy is as it was when it was made"),
        "{said}"
    );
    assert!(said.contains("40 tasks, the last one of "), "{said}");
    is_clean(machine.path());
    for table in ["tasks", "customers", "employees", "payments", "photos"] {
        assert_eq!(
            count(machine.path(), table),
            count(shop.path(), table),
            "{table}"
        );
    }
    let program = Program::start(&machine);
    let answer = program.ask(None, "{ me { id } }").await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    drop(program);
    // The other spelling of the key opens the same, and the old database is kept.
    let said = restored(
        machine.path(),
        &dav.address,
        &["--copy", copies(&there)[0]],
        &shop.text,
    );
    assert!(said.contains("What was there before is in "), "{said}");
}

#[tokio::test]
async fn a_bucket_of_s3_keeps_copies_too() {
    crate::time_limit::start();
    let s3 = S3::start();
    let address = format!("s3://{BUCKET}/shops/one");
    let place = format!(
        "address = '{address}'\nendpoint = '{}'\nregion = 'ru-central1'",
        s3.endpoint
    );
    let shop = Machine::with_place(&place);
    shop.copy();
    let there = names(&s3.folder("shops/one"));
    assert_eq!(copies(&there).len(), 1, "{there:?}");
    assert!(
        !there.iter().any(|name| name.ends_with(".part")),
        "{there:?}"
    );
    let machine = TempDir::new().unwrap();
    let endpoint = ["--endpoint", &s3.endpoint, "--region", "ru-central1"];
    let said = restored(machine.path(), &address, &endpoint, &shop.words);
    assert!(said.contains("40 tasks"), "{said}");
    assert_eq!(count(machine.path(), "tasks"), 40);
    write(&shop.folder, "password", "another");
    let said = shop.copy_fails();
    assert!(said.contains("refuses the user or the password"), "{said}");
    let said = fails(
        machine.path(),
        &[
            "restore",
            "--from",
            "s3://another-bucket",
            "--user",
            USER,
            "--endpoint",
            &s3.endpoint,
        ],
        &format!("{PASSWORD}\n{}\n", shop.words),
    );
    assert!(said.contains("no such folder or bucket"), "{said}");
}

/// Adds a photo of 40 MB, which takes three parts, to the first task.
fn add_photo(shop: &Machine) -> Vec<u8> {
    let photo: Vec<u8> = (0..40_000_000_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let file = Connection::open(shop.path().join("zayavka.db")).unwrap();
    file.execute_batch(
        "INSERT INTO comments (task_id, kind, employee_id, text, at) VALUES (1, 'INTERNAL', 1, 'a photo', 5)",
    )
    .unwrap();
    let insert =
        "INSERT INTO photos (comment_id, state, remote_file, created_at, try_at, mime, image)
        VALUES (last_insert_rowid(), 'HERE', '', 1, 1, 'image/jpeg', ?1)";
    file.execute(insert, [&photo]).unwrap();
    photo
}

#[tokio::test]
async fn a_copy_that_takes_several_parts_is_whole() {
    crate::time_limit::start();
    let s3 = S3::start();
    let address = format!("s3://{BUCKET}/one");
    let place = format!("address = '{address}'\nendpoint = '{}'", s3.endpoint);
    let shop = Machine::with_place(&format!("{place}\nbandwidth = ''"));
    let photo = add_photo(&shop);
    shop.copy();
    let there = names(&s3.folder("one"));
    let sent = s3.folder("one").join(copies(&there)[0]);
    // A part has 16 MiB.
    assert!(sent.metadata().unwrap().len() > 40_000_000);
    let machine = TempDir::new().unwrap();
    restored(
        machine.path(),
        &address,
        &["--endpoint", &s3.endpoint],
        &shop.text,
    );
    let file = Connection::open(machine.path().join("zayavka.db")).unwrap();
    let read = "SELECT image FROM photos WHERE length(image) > 1000000";
    let image: Vec<u8> = file.query_row(read, [], |row| row.get(0)).unwrap();
    assert!(image == photo);
}

#[tokio::test]
async fn a_copy_that_is_stopped_leaves_no_parts() {
    crate::time_limit::start();
    let s3 = S3::start();
    let place = format!(
        "address = 's3://{BUCKET}/one'\nendpoint = '{}'",
        s3.endpoint
    );
    let shop = Machine::with_place(&place);
    add_photo(&shop);
    let mut command = program();
    command.args(["backup", "--offsite"]);
    command.current_dir(shop.path()).stderr(Stdio::piped());
    let mut copying = command.spawn().unwrap();
    // Encrypting takes long on a busy machine, so the program itself says when it is too late.
    while s3.parts().is_empty() {
        assert!(copying.try_wait().unwrap().is_none(), "no part was seen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let id = Pid::from_child(&copying);
    kill_process(id, Signal::TERM).unwrap();
    let stopped = tokio::task::spawn_blocking(move || {
        let code = copying.wait().unwrap();
        let mut said = String::new();
        let mut err = copying.stderr.take().unwrap();
        err.read_to_string(&mut said).unwrap();
        (code, said)
    });
    let (code, said) = stopped.await.unwrap();
    assert!(!code.success(), "{said}");
    assert!(said.contains("the place has no new copy"), "{said}");
    assert_eq!(s3.parts(), [""; 0]);
    assert_eq!(copies(&names(&s3.folder("one"))).len(), 0);
    is_clean(shop.path());
}

#[tokio::test]
async fn a_copy_for_which_this_disk_has_no_room_changes_nothing() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    shop.copy();
    let machine = TempDir::new().unwrap();
    let (at, program) = (
        machine.path().to_str().unwrap(),
        env!("CARGO_BIN_EXE_zayavka"),
    );
    let restore = format!("'{program}' restore --from '{}' --user {USER}", dav.address);
    // A disk of 300 KB; without namespaces, files of as much.
    let small = format!(
        "mount -t tmpfs -o size=300k,mode=700 zayavka '{at}' && cd '{at}' && {restore}; echo \"code $?\"; ls -A '{at}'"
    );
    let limited = format!(
        "trap '' XFSZ; ulimit -f 300; cd '{at}' && {restore}; echo \"code $?\"; ls -A '{at}'"
    );
    let mounts = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs zayavka /mnt"])
        .output();
    let mut command = match mounts.is_ok_and(|mounted| mounted.status.success()) {
        true => {
            let mut command = Command::new("unshare");
            command.args(["-rm", "sh", "-c", &small]);
            command
        }
        false => {
            let mut command = Command::new("sh");
            command.args(["-c", &limited]);
            command
        }
    };
    write(
        &shop.folder,
        "typed",
        &format!("{PASSWORD}\n{}\n", shop.text),
    );
    command.stdin(std::fs::File::open(shop.path().join("typed")).unwrap());
    let output = without_settings(command).output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        err.contains("There is no room on this machine's disk"),
        "{out}{err}"
    );
    assert_eq!(out.trim(), "code 1", "{err}");
}

#[tokio::test]
async fn a_copy_of_a_newer_schema_asks_for_the_newer_version() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    works(folder.path(), &["demo", "--tasks", "10"], "");
    let database = folder.path().join("zayavka.db");
    let file = Connection::open(&database).unwrap();
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
        VALUES (9999, 'newer', '2030-01-01T00:00:00Z', '1'); PRAGMA journal_mode = DELETE";
    file.execute_batch(newer).unwrap();
    drop(file);
    let key = RecoveryKey::new([5; 32]);
    let plain = std::fs::File::open(&database).unwrap();
    let sealed = zayavka::offsite::seal(plain, &key.recipient().unwrap()).unwrap();
    let pieces: Vec<_> = sealed.pieces.collect().await;
    let sealed: Vec<u8> = pieces
        .into_iter()
        .flat_map(|piece| piece.unwrap().to_vec())
        .collect();
    let copy = folder.path().join("copy.db.age");
    std::fs::write(&copy, sealed).unwrap();
    let words = key.words().unwrap();
    let said = fails(
        folder.path(),
        &["try-copy", copy.to_str().unwrap()],
        &format!("{}\n", words.expose_secret()),
    );
    assert!(
        said.contains("A newer version of the program made this copy (9999)"),
        "{said}"
    );
}

#[tokio::test]
async fn each_fault_of_the_place_is_a_sentence_and_leaves_no_half_copy() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    shop.copy();
    let before = dav.names();
    let other = Dav::start();
    let to = format!("http://localhost:{}/", other.port);
    for (fault, sentence) in [
        (
            Fault::Status(Method::PUT, 401),
            "refuses the user or the password",
        ),
        (
            Fault::Status(Method::PUT, 403),
            "refuses the user or the password",
        ),
        (Fault::Status(Method::PUT, 507), "no room at the place"),
        (Fault::Status(Method::PUT, 409), "no such folder or bucket"),
        (Fault::Status(Method::PUT, 400), "refuses (HTTP 400)"),
        (Fault::Status(Method::GET, 500), "refuses (HTTP 500)"),
        (Fault::Cut(99), "broke off"),
        (Fault::Page, "A web page answers instead"),
        (Fault::Redirect(to), "leads to another one (localhost)"),
        (Fault::Spoil, "not what was sent"),
        (Fault::Shorten, "not what was sent"),
    ] {
        dav.set(fault.clone());
        let said = shop.copy_fails();
        dav.set(Fault::None);
        assert!(said.contains(sentence), "{fault:?}: {said}");
        assert_eq!(dav.names(), before, "{fault:?}");
        is_clean(shop.path());
    }
    let elsewhere = other.asked();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    write(&shop.folder, "password", "wrong");
    assert!(
        shop.copy_fails()
            .contains("refuses the user or the password")
    );
    write(&shop.folder, "password", PASSWORD);
    shop.copy();
    // It takes the place of the first, which was of the same day.
    assert_eq!(copies(&dav.names()).len(), 1);
    assert_ne!(dav.names(), before);
}

#[tokio::test]
async fn a_certificate_counts_only_if_it_is_trusted() {
    crate::time_limit::start();
    let authority = Authority::new();
    let dav = Dav::start_secure(authority.acceptor("127.0.0.1"));
    let shop = Machine::on(&dav);
    let said = shop.copy_fails();
    assert!(said.contains("certificate that isn't trusted"), "{said}");
    assert!(!dav.asked().iter().any(|asked| asked.has_password));
    write(&shop.folder, "ca.pem", &authority.pem());
    let path = shop.path().join("config.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, settings + "ca_file = 'ca.pem'\n").unwrap();
    shop.copy();
    assert_eq!(copies(&dav.names()).len(), 1);
}

#[tokio::test]
async fn a_copy_that_is_not_whole_and_a_key_that_is_not_right_change_nothing() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    shop.copy();
    let name = copies(&dav.names())[0].clone();
    let (file, description) = (
        dav.folder().join(&name),
        dav.folder().join(name.clone() + ".json"),
    );
    let (whole, manifest) = (
        std::fs::read(&file).unwrap(),
        std::fs::read_to_string(&description).unwrap(),
    );
    let machine = TempDir::new().unwrap();
    works(machine.path(), &["demo", "--tasks", "10"], "");
    let database = || std::fs::read(machine.path().join("zayavka.db")).unwrap();
    let before = database();
    let tries = |sentence: &str, key: &str| {
        let said = refused(machine.path(), &dav.address, &[], key);
        assert!(said.contains(sentence), "{sentence}: {said}");
        assert!(database() == before, "{sentence}");
        is_clean(machine.path());
    };
    let words = &*shop.words;
    let first = words.split(' ').next().unwrap();
    tries("its checksum doesn't match", &with_another_word(words));
    tries(
        "Word 1 of the key has a typing error",
        &words.replacen(first, "zayavka", 1),
    );
    tries("Type all 24 words", "hello");
    let stranger = RecoveryKey::new([9; 32]).words().unwrap();
    tries("it doesn't open this copy", stranger.expose_secret());

    spoil(&file);
    tries("changed or cut short", words);
    std::fs::write(&file, &whole).unwrap();
    shorten(&file);
    tries("cut short", words);
    std::fs::write(&file, b"<html>").unwrap();
    tries("no copy that this program made", words);
    std::fs::write(&file, &whole).unwrap();

    // A copy under the name of another shop, and what a newer program wrote.
    let shop_id = &name[8..24];
    let other = name.replace(shop_id, "00112233445566aa");
    std::fs::rename(&file, dav.folder().join(&other)).unwrap();
    let lie = manifest.replace(shop_id, "00112233445566aa");
    std::fs::write(dav.folder().join(other.clone() + ".json"), lie).unwrap();
    std::fs::remove_file(&description).unwrap();
    tries("of another shop", words);
    std::fs::rename(dav.folder().join(&other), &file).unwrap();
    std::fs::remove_file(dav.folder().join(other + ".json")).unwrap();
    tries("no complete copy at this place", words);
    let newer = manifest.replace("\"format\": 1", "\"format\": 2");
    std::fs::write(&description, newer).unwrap();
    tries("no complete copy at this place", words);
    let said = refused(machine.path(), &dav.address, &["--copy", &name], words);
    assert!(said.contains("no complete copy of that name"), "{said}");

    std::fs::write(&description, manifest).unwrap();
    restored(machine.path(), &dav.address, &[], words);
    assert_eq!(count(machine.path(), "tasks"), 40);
}

#[tokio::test]
async fn an_older_copy_is_restored_when_the_newest_is_damaged() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    shop.copy();
    let first = copies(&dav.names())[0].clone();
    // A second one, an hour later by its name.
    let made: Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
    let later = format!(
        "{}{}.db.age",
        &first[..25],
        made.strftime("%Y-%m-%dT%H%M%SZ")
    );
    for end in ["", ".json"] {
        let (from, to) = (first.clone() + end, later.clone() + end);
        std::fs::copy(dav.folder().join(from), dav.folder().join(to)).unwrap();
    }
    spoil(&dav.folder().join(&later));
    let machine = TempDir::new().unwrap();
    let output = restore(machine.path(), &dav.address, &[], &shop.words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("An older one is tried."), "{said}");
    assert_eq!(count(machine.path(), "tasks"), 40);
    let said = refused(
        machine.path(),
        &dav.address,
        &["--copy", &later],
        &shop.words,
    );
    assert!(said.contains("changed or cut short"), "{said}");
}

#[tokio::test]
async fn only_copies_of_this_shop_are_ever_deleted() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::with_place(&format!(
        "address = '{}'\nkeep_days = '2'\nkeep_weeks = '0'\nkeep_months = '0'",
        dav.address
    ));
    shop.copy();
    let name = copies(&dav.names())[0].clone();
    let shop_id = &name[8..24];
    let put = |name: &str| std::fs::write(dav.folder().join(name), "x").unwrap();
    let of = |shop: &str, day: &str| format!("zayavka-{shop}-{day}T030000Z.db.age");
    let foreign = [
        "notes.txt".to_owned(),
        "zayavka-2026-01-01T030000Z.db".to_owned(),
        of("00112233445566aa", "2020-01-01"),
        of("00112233445566aa", "2020-01-01") + ".json",
        of("00112233445566aa", "2020-01-02") + ".part",
        // This machine's clock was ahead.
        of(shop_id, "2199-01-01"),
        of(shop_id, "2199-01-01") + ".json",
        // A copy in somebody's own words.
        of(shop_id, "2020-01-01") + ".bak",
    ];
    let old = ["2020-01-01", "2020-01-02", "2020-01-03"].map(|day| of(shop_id, day));
    let remains = of(shop_id, "2020-02-01") + ".part";
    for name in &foreign {
        put(name);
    }
    for name in &old {
        put(name);
        put(&(name.clone() + ".json"));
    }
    put(&remains);
    shop.copy();
    let there = dav.names();
    for name in &foreign {
        assert!(there.contains(name), "{name}: {there:?}");
    }
    assert!(!there.contains(&remains), "{there:?}");
    // Today's, and the newest of the days before.
    assert!(there.contains(&old[2]), "{there:?}");
    assert!(
        !there.contains(&old[0]) && !there.contains(&old[1]),
        "{there:?}"
    );
}

#[tokio::test]
async fn two_servers_do_not_mix_their_copies_up() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    shop.copy();
    // Somebody starts a copy of the whole machine.
    let twin = TempDir::new().unwrap();
    for name in ["zayavka.db", "config.toml", "password"] {
        std::fs::copy(shop.path().join(name), twin.path().join(name)).unwrap();
    }
    let before = copies(&dav.names()).len();
    let said = fails(twin.path(), &["backup", "--offsite"], "");
    assert!(
        said.contains("Another server makes copies of this shop"),
        "{said}"
    );
    assert_eq!(copies(&dav.names()).len(), before);
    works(twin.path(), &["backup", "--offsite", "--take-over"], "");
    assert!(
        shop.copy_fails()
            .contains("Another server makes copies of this shop")
    );
    // Another shop is welcome in the same folder, and both are told apart.
    let neighbour = Machine::on(&dav);
    neighbour.copy();
    let machine = TempDir::new().unwrap();
    let said = refused(machine.path(), &dav.address, &[], &shop.words);
    assert!(said.contains("copies of several shops"), "{said}");
    let ids: Vec<String> = copies(&dav.names())
        .iter()
        .map(|name| name[8..24].to_owned())
        .collect();
    let own = said
        .split_whitespace()
        .find(|word| ids.contains(&word.trim_matches(',').to_owned()));
    assert!(own.is_some(), "{said}");
    let name = copies(&dav.names())[0].clone();
    let keys = [&shop.words, &neighbour.words];
    let opens = keys.iter().any(|key| {
        let output = restore(machine.path(), &dav.address, &["--shop", &name[8..24]], key);
        output.status.success()
    });
    assert!(opens);
}

#[test]
fn a_copy_can_be_tried_without_restoring_it() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    shop.copy();
    let name = copies(&dav.names())[0].clone();
    let file = dav.folder().join(&name);
    let machine = TempDir::new().unwrap();
    write(&machine, "key", &shop.text);
    let file = file.to_str().unwrap();
    let arguments = ["try-copy", file, "--key-file", "key"];
    let said = works(machine.path(), &arguments, "");
    assert!(
        said.contains("The copy is whole: 40 tasks, the last one of "),
        "{said}"
    );
    assert_eq!(names(machine.path()), ["key"]);
    let said = fails(machine.path(), &["try-copy", file], "one two\n");
    assert!(said.contains("Type all 24 words"), "{said}");
    let said = fails(
        machine.path(),
        &["try-copy", "key"],
        &format!("{}\n", shop.words),
    );
    assert!(said.contains("no copy that this program made"), "{said}");
}

/// Returns the settings of a server in this process that makes copies. Its clock stands still, and so would a copy whose
/// speed is limited.
fn settings(dav: &Dav, recipient: &Recipient) -> String {
    format!(
        "[offsite]\naddress = '{}'\nuser = '{USER}'\npassword = '{PASSWORD}'\nrecovery_key = '{recipient}'\nbandwidth = ''\n",
        dav.address
    )
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn the_server_makes_a_copy_every_night_and_tries_again() {
    let dav = Dav::start();
    let key = RecoveryKey::new([5; 32]);
    let shop = Shop::open_with(&settings(&dav, &key.recipient().unwrap()), "").await;
    let made = |count: usize| {
        let manifests = dav
            .names()
            .into_iter()
            .filter(|name| name.ends_with(".age.json"));
        manifests.count() == count
    };
    let outcomes = || -> (i64, i64) {
        let sql = "SELECT count(*), count(fault) FROM offsite_attempts";
        shop.database()
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    eventually("no first copy", || made(1) && outcomes() == (1, 0)).await;
    // The first is of noon, the next of the night.
    shop.clock.advance(Duration::from_secs(14 * 60 * 60));
    tokio::task::yield_now().await;
    assert_eq!(outcomes(), (1, 0));
    dav.set(Fault::Status(Method::PUT, 507));
    shop.clock.advance(Duration::from_secs(60 * 60));
    eventually("no failure", || outcomes() == (2, 1)).await;
    dav.set(Fault::None);
    shop.clock.advance(Duration::from_secs(5 * 60));
    eventually("not tried again", || made(2) && outcomes() == (3, 1)).await;
    shop.clock.advance(DAY);
    eventually("no second night", || made(3) && outcomes() == (4, 1)).await;
    shop.close().await;
}

#[tokio::test]
async fn a_copy_that_takes_long_holds_no_writer() {
    let dav = Dav::start();
    dav.set(Fault::Hold);
    let key = RecoveryKey::new([5; 32]);
    let shop = Shop::open_with(&settings(&dav, &key.recipient().unwrap()), "").await;
    let is_sent = || dav.asked().iter().any(|asked| asked.method == Method::PUT);
    eventually("nothing is sent", is_sent).await;
    let answer = shop.register("owner@example.com").await;
    assert_eq!(answer["data"]["register"]["success"], true, "{answer}");
    dav.set(Fault::None);
    let is_made = || dav.names().iter().any(|name| name.ends_with(".age.json"));
    eventually("no copy", is_made).await;
    shop.close().await;
}

#[tokio::test]
async fn a_place_that_fails_for_two_nights_is_late_for_monitors() {
    let dav = Dav::start();
    let key = RecoveryKey::new([5; 32]);
    let metrics = "\n[metrics]\nlisten = '127.0.0.1:0'\n";
    let settings = settings(&dav, &key.recipient().unwrap()) + metrics;
    let shop = Shop::open_with(&settings, "").await;
    let is_made = || dav.names().iter().any(|name| name.ends_with(".age.json"));
    eventually("no copy", is_made).await;
    let url = format!("http://{}/metrics", shop.metrics.unwrap());
    let lines = async || {
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("zayavka_offsite"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let recorded = |rows: i64| {
        let sql = "SELECT count(*) FROM offsite_attempts";
        let found: i64 = shop
            .database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        found == rows
    };
    eventually("not recorded", || recorded(1)).await;
    let said = lines().await;
    let has = |said: &[String], line: &str| said.iter().any(|said| said == line);
    assert!(has(&said, "zayavka_offsite_copy_late 0"), "{said:?}");
    assert!(
        has(&said, "zayavka_offsite_copy_made_seconds 1627203600.0"),
        "{said:?}"
    );
    dav.set(Fault::Status(Method::PUT, 507));
    shop.clock.advance(DAY);
    eventually("no failure", || recorded(2)).await;
    assert!(has(&lines().await, "zayavka_offsite_copy_late 0"));
    shop.clock.advance(DAY);
    eventually("no second failure", || recorded(3)).await;
    assert!(has(&lines().await, "zayavka_offsite_copy_late 1"));
    dav.set(Fault::None);
    shop.clock.advance(DAY);
    eventually("no copy again", || recorded(4)).await;
    assert!(has(&lines().await, "zayavka_offsite_copy_late 0"));
    shop.close().await;
}

#[test]
fn the_doctor_tells_of_the_newest_copy_and_of_what_is_missing() {
    crate::time_limit::start();
    let dav = Dav::start();
    let shop = Machine::on(&dav);
    let line = || {
        let output = zayavka(shop.path(), &["doctor"], "", &[]);
        let said = String::from_utf8(output.stdout).unwrap();
        let line = said
            .lines()
            .find(|line| line.contains("copies on another machine"));
        line.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    let said = line();
    assert!(said.starts_with("warning"), "{said}");
    assert!(said.contains("none was made yet"), "{said}");
    shop.copy();
    let said = line();
    assert!(
        said.starts_with("ok") && said.contains(&dav.address),
        "{said}"
    );
    assert!(said.contains(copies(&dav.names())[0]), "{said}");
    dav.set(Fault::Status(Method::PUT, 507));
    shop.copy_fails();
    let said = line();
    assert!(said.starts_with("warning"), "{said}");
    assert!(said.contains("the last attempt failed: FULL"), "{said}");
    std::fs::remove_file(shop.path().join("config.toml")).unwrap();
    let settings = format!("[offsite]\naddress = '{}'\nuser = 'x'\n", dav.address);
    write(&shop.folder, "config.toml", &settings);
    let said = line();
    assert!(
        said.starts_with("failure") && said.contains("there is no password"),
        "{said}"
    );
}

#[tokio::test]
async fn a_killed_copy_leaves_nothing_of_the_customers_beside_the_database() {
    let shop = Shop::open().await;
    let left = shop.folder().join(".zayavka-offsite-killed");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("zayavka.db"), "customers").unwrap();
    let shop = shop.reopen().await;
    eventually("it stays", || !left.exists()).await;
    shop.close().await;
}
