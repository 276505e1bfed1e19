//! What a person is asked for at the terminal, unless a file or the environment has it.

use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use secrecy::SecretString;

use super::said;
use crate::failure::Failure;
use crate::offsite::RecoveryKey;

/// The environment variables of user and password, as the server reads them.
pub(super) const USER: &str = "ZAYAVKA_OFFSITE__USER";
const PASSWORD: &str = "ZAYAVKA_OFFSITE__PASSWORD";
/// Maximum length of a typed line, and of a file with a password or a key, in bytes.
const LINE: u64 = 64 * 1024;

pub(super) fn password(file: Option<&Path>) -> Result<SecretString, Failure> {
    if let Some(file) = file {
        return Ok(read_file(file)?.trim().into());
    }
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(password.into());
    }
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password("Password of the place: ")?.into());
    }
    Ok(read_line()?.into())
}

/// The words are shown while they are typed: nobody types 24 of them blindly.
pub(super) fn recovery_key(file: Option<&Path>) -> Result<RecoveryKey, Failure> {
    let text = match file {
        Some(file) => read_file(file)?,
        None => {
            if std::io::stdin().is_terminal() {
                write("Recovery key, 24 words on one line or AGE-SECRET-KEY-1...: ")?;
            }
            read_line()?
        }
    };
    RecoveryKey::parse(&text.into()).map_err(|trouble| said(&trouble))
}

/// Lists copies with their numbers, asks which is meant, and returns its place among them; `None` means the newest that is
/// whole. Only a person at a terminal is asked.
pub(super) fn copy_of(lines: &[String]) -> Result<Option<usize>, Failure> {
    for (number, line) in (1..).zip(lines) {
        write(&format!("{number:>3}  {line}"))?;
    }
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    write("Number of the copy to restore [the newest that is whole]: ")?;
    match read_line()?.trim() {
        "" => Ok(None),
        number => match number.parse() {
            Ok(number) if (1..=lines.len()).contains(&number) => Ok(Some(number - 1)),
            _ => {
                let count = lines.len();
                Err(format!("there is no copy {number}; write a number from 1 to {count}").into())
            }
        },
    }
}

/// Writes past the log, whose lines come a moment later.
fn write(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stderr();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn read_file(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let opened = std::fs::File::open(file);
    let read = opened.and_then(|file| file.take(LINE).read_to_string(&mut text));
    read.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text)
}

fn read_line() -> Result<String, Failure> {
    let mut line = Vec::new();
    // Byte by byte, so that the next line stays for the next question.
    for byte in std::io::stdin().lock().take(LINE).bytes() {
        match byte? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    let line = String::from_utf8(line)?;
    Ok(line.trim_end_matches('\r').to_owned())
}
