//! Names of copies. A name says which shop made the copy and when; files with other names are foreign, and never touched.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const TIME: &str = "%Y-%m-%dT%H%M%SZ";
const START: &str = "zayavka-";
const END: &str = ".db.age";

/// The id of a shop's database, the same on every machine to which it is restored: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShopId(String);

impl ShopId {
    const LENGTH: usize = 16;

    /// Makes an id of random bytes.
    pub fn new(random: [u8; 8]) -> Self {
        Self(format!("{:016x}", u64::from_be_bytes(random)))
    }

    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        (text.len() == Self::LENGTH && text.chars().all(is_hex)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the file that says which server makes the copies.
    pub fn marker(&self) -> String {
        format!("{START}{self}.server.json")
    }
}

impl fmt::Display for ShopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CopyName {
    pub made: Timestamp,
    pub shop: ShopId,
}

/// The files of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyKind {
    /// The encrypted copy.
    Whole,
    /// What is said of it in the clear. It is written last: without it a copy doesn't count.
    Manifest,
    /// An encrypted copy that is being sent.
    Part,
}

impl CopyKind {
    const ALL: [Self; 3] = [Self::Whole, Self::Manifest, Self::Part];

    fn suffix(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Manifest => ".json",
            Self::Part => ".part",
        }
    }
}

impl CopyName {
    /// Reads the name of one of a copy's files; `None` for a foreign name.
    pub fn read(name: &str) -> Option<(Self, CopyKind)> {
        CopyKind::ALL.into_iter().find_map(|kind| {
            let rest = name.strip_suffix(kind.suffix())?.strip_suffix(END)?;
            let (shop, time) = rest.strip_prefix(START)?.split_once('-')?;
            let made = DateTime::strptime(TIME, time).ok()?;
            let copy = Self {
                made: made.to_zoned(TimeZone::UTC).ok()?.timestamp(),
                shop: ShopId::parse(shop)?,
            };
            (copy.file(kind) == name).then_some((copy, kind))
        })
    }

    /// Returns the name of one of the copy's files.
    pub fn file(&self, kind: CopyKind) -> String {
        format!("{self}{}", kind.suffix())
    }
}

impl fmt::Display for CopyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made.to_zoned(TimeZone::UTC);
        write!(f, "{START}{}-{}{END}", self.shop, made.strftime(TIME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written_and_no_other_name_is() {
        let copy = CopyName {
            made: "2026-01-02T03:04:05Z".parse().unwrap(),
            shop: ShopId::new([0, 1, 2, 3, 4, 5, 6, 255]),
        };
        let name = "zayavka-00010203040506ff-2026-01-02T030405Z.db.age";
        assert_eq!(copy.to_string(), name);
        for kind in CopyKind::ALL {
            assert_eq!(
                CopyName::read(&copy.file(kind)),
                Some((copy.clone(), kind)),
                "{kind:?}"
            );
        }
        for other in [
            "zayavka-00010203040506FF-2026-01-02T030405Z.db.age",
            "zayavka-00010203040506ff-2026-1-2T030405Z.db.age",
            "zayavka-00010203040506ff-2026-01-02T030405Z.db",
            "zayavka-00010203040506ff-2026-01-02T030405Z.db.age.part.json",
            "zayavka-00010203040506ff.server.json",
            "zayavka-2026-01-02T030405Z.db",
            "my-zayavka-00010203040506ff-2026-01-02T030405Z.db.age",
            "",
        ] {
            assert_eq!(CopyName::read(other), None, "{other}");
        }
    }
}
