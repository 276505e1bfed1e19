//! Test of a new public URL from the outside: it counts only after a request has come in through it. The server sends
//! one itself; where its own network doesn't lead back to it, an owner opens the link on a phone.

use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::Desk;
use super::security::secrets;
use crate::domain::{Problem, PublicUrl, Result, SettingKey};

/// First segment of the path that is asked for.
const PATH: &str = "reach";
/// How long a link can be opened.
const VALID: SignedDuration = SignedDuration::from_mins(30);

/// Requests a link, as anybody outside would.
pub type Probe = dyn Fn(String) -> BoxFuture<'static, Result<(), Problem>> + Send + Sync;

/// The address that is being tested.
pub struct Reach {
    current: Mutex<Option<Test>>,
    probe: Box<Probe>,
}

#[derive(Clone)]
struct Test {
    url: PublicUrl,
    code: String,
    until: Timestamp,
    is_reached: bool,
}

impl Test {
    fn link(&self) -> String {
        format!("{}/{PATH}/{}", self.url, self.code)
    }
}

impl Reach {
    pub fn new(probe: Box<Probe>) -> Self {
        Self {
            current: Mutex::default(),
            probe,
        }
    }

    /// Returns the test of a URL: the one under way, or a new one.
    fn begin(&self, url: &PublicUrl, now: Timestamp) -> Result<Test> {
        let new = Test {
            url: url.clone(),
            code: secrets::random_token()?,
            until: now.saturating_add(VALID).unwrap_or(Timestamp::MAX),
            is_reached: false,
        };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let same = current.take();
        let same = same.filter(|test| test.url == *url && now < test.until);
        Ok(current.insert(same.unwrap_or(new)).clone())
    }

    /// Forgets the address: what was typed after it is none.
    pub(super) fn forget(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn with<T>(&self, read: impl FnOnce(&mut Test) -> T) -> Option<T> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_mut().map(read)
    }

    /// Returns whether a request to this path and host belongs to the test, whose host isn't ours yet.
    pub fn is_tested(&self, path: &str, host: &str) -> bool {
        let is_code = |test: &mut Test| {
            let code = path
                .strip_prefix('/')
                .and_then(|path| path.strip_prefix(PATH));
            host == test.url.host()
                && code.and_then(|code| code.strip_prefix('/')) == Some(&test.code)
        };
        self.with(is_code) == Some(true)
    }

    /// Notes that a request with this code has come in, for a host without its port. Returns whether it is the test's.
    pub fn arrive(&self, code: &str, host: &str, now: Timestamp) -> bool {
        let note = |test: &mut Test| {
            let is_right = test.code == code && test.url.host() == host && now < test.until;
            test.is_reached |= is_right;
            is_right
        };
        self.with(note) == Some(true)
    }

    fn is_reached(&self, url: &PublicUrl) -> bool {
        self.with(|test| test.url == *url && test.is_reached) == Some(true)
    }

    /// Returns the link that an owner opens on a phone, of the URL whose test has failed.
    pub fn link(&self) -> Option<String> {
        self.with(|test| (!test.is_reached).then(|| test.link()))?
    }
}

/// Tests whether a URL leads to this server.
///
/// # Errors
/// The reason, at the key of the setting.
pub async fn test(desk: &Desk, url: &PublicUrl) -> Result<()> {
    let test = desk.reach.begin(url, desk.clock.now())?;
    if test.is_reached {
        return Ok(());
    }
    let asked = (desk.reach.probe)(test.link()).await;
    let problem = match (desk.reach.is_reached(url), asked) {
        (true, _) => return Ok(()),
        (false, Err(problem)) => problem,
        (false, Ok(())) => Problem::AddressForeign,
    };
    Err(problem.at(SettingKey::PublicUrl.word()).into())
}
