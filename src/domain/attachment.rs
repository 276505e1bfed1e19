//! Attachments of comments: of customers' messages, and of employees' notes.
//!
//! The name, kind and size that a sender declares are claims. Once the file is downloaded, its
//! content alone determines its kind; until then the claim only serves to reject files that are too
//! large.

use jiff::Timestamp;

use super::contents::{ending_of, is_ending_of};
use super::letters::{is_visible, visible};
use super::{AttachmentId, CommentId, Contents, Problem, Result};

words! {
    /// Kind of an attachment.
    AttachmentKind {
        Photo = "PHOTO", Voice = "VOICE", VideoNote = "VIDEO_NOTE", Video = "VIDEO", Audio = "AUDIO",
        Animation = "ANIMATION", File = "FILE", Sticker = "STICKER", Place = "PLACE",
        Contact = "CONTACT", Poll = "POLL", Dice = "DICE", Other = "OTHER",
    }
}

words! {
    /// State of an attachment's file. NOTED means that only the note exists: the attachment has no
    /// file, or its file was rejected.
    AttachmentState { Waiting = "WAITING", Here = "HERE", Lost = "LOST", Noted = "NOTED" }
}

impl AttachmentKind {
    /// Returns whether files of this kind are stored.
    pub fn is_file(self) -> bool {
        match self {
            Self::Photo
            | Self::Voice
            | Self::VideoNote
            | Self::Video
            | Self::Audio
            | Self::Animation
            | Self::File => true,
            Self::Sticker | Self::Place | Self::Contact | Self::Poll | Self::Dice | Self::Other => {
                false
            }
        }
    }

    /// Returns whether the note holds everything that was sent.
    fn is_whole_in_a_note(self) -> bool {
        matches!(self, Self::Place | Self::Contact | Self::Poll | Self::Dice)
    }
}

/// Metadata of an attachment, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub kind: AttachmentKind,
    pub state: AttachmentState,
    /// Name given by the sender; empty when there is none.
    pub file_name: String,
    /// Media type detected from the content; `None` until the file is stored.
    pub media_type: Option<String>,
    /// Size in bytes; the sender's claim until the file is stored.
    pub size: Option<i64>,
    /// Duration in seconds.
    pub duration: Option<i64>,
    /// Text of a place, a contact or a poll.
    pub about: String,
    /// Width in pixels, for pictures that browsers display.
    pub width: Option<i64>,
    pub height: Option<i64>,
}

impl Attachment {
    pub fn is_picture(&self) -> bool {
        self.kind == AttachmentKind::Photo
    }

    /// Returns whether a file was sent but isn't stored.
    pub fn is_missing(&self) -> bool {
        self.kind.is_file() && matches!(self.state, AttachmentState::Lost | AttachmentState::Noted)
    }

    /// Returns the name under which staff download the file: the sender's name with the extension
    /// of the detected type.
    pub fn download_name(&self) -> String {
        let ending = self.media_type.as_deref().and_then(ending_of);
        let ending = ending.unwrap_or("bin");
        // A restored archive may contain any name.
        let stem = match safe_name(&self.file_name).as_str() {
            "" => self.id.to_string(),
            name => name.to_owned(),
        };
        match stem.rsplit_once('.') {
            Some((_, its)) if is_ending_of(its, ending) => stem,
            _ => format!("{stem}.{ending}"),
        }
    }
}

/// An incoming attachment, as the messenger describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    pub kind: AttachmentKind,
    pub file: Option<RemoteFile>,
    /// See [`safe_name`].
    pub file_name: String,
    pub size: Option<i64>,
    pub duration: Option<i64>,
    /// See [`one_line`].
    pub about: String,
}

/// A file at the messenger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Identifier used to download the file.
    pub id: String,
    /// Identifier that stays the same however often the file is sent, and by whom.
    pub unique: String,
}

/// Decision about how much of an attachment is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// All of it, as far as can be told before the download.
    Whole,
    /// Only a note that it was sent: files of this kind are not stored.
    MarkOnly,
    TooLarge,
    /// The customer has reached the daily limit of files.
    TooMany,
}

impl Enclosure {
    /// Maximum number of files from one customer within 24 hours.
    pub const A_DAY: usize = 50;

    /// Decides before the download; `within_a_day` is the number of files that the customer has
    /// sent within 24 hours.
    pub fn keeping(&self, within_a_day: usize) -> Keeping {
        let large = i64::try_from(Contents::MAX).is_ok_and(|max| self.size > Some(max));
        match &self.file {
            _ if self.kind.is_whole_in_a_note() => Keeping::Whole,
            Some(_) if self.kind.is_file() && large => Keeping::TooLarge,
            Some(_) if self.kind.is_file() && within_a_day >= Self::A_DAY => Keeping::TooMany,
            Some(_) if self.kind.is_file() => Keeping::Whole,
            _ => Keeping::MarkOnly,
        }
    }

    /// Returns the file to download, if any.
    pub fn wanted(&self, keeping: Keeping) -> Option<&RemoteFile> {
        let file = self.file.as_ref();
        file.filter(|_| self.kind.is_file() && keeping == Keeping::Whole)
    }
}

/// A file that an employee adds to a task.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// See [`safe_name`].
    pub name: String,
    pub contents: Contents,
}

impl NewFile {
    /// Maximum number of files in one comment.
    pub const MOST: usize = 10;

    /// # Errors
    /// [`Problem::Required`] and [`Problem::TooManyFiles`].
    pub fn check_count(field: &'static str, count: usize) -> Result<()> {
        match count {
            0 => Err(Problem::Required.at(field).into()),
            1..=Self::MOST => Ok(()),
            _ => Err(Problem::TooManyFiles { max: Self::MOST }.at(field).into()),
        }
    }

    /// # Errors
    /// [`Problem::FileTooLarge`] and [`Problem::FileKind`].
    pub fn parse(field: &'static str, name: &str, bytes: Vec<u8>) -> Result<Self> {
        const MIB: usize = 1024 * 1024;
        if bytes.len() > Contents::MAX {
            let mib = Contents::MAX / MIB;
            return Err(Problem::FileTooLarge { mib }.at(field).into());
        }
        let contents = Contents::parse(bytes).ok_or_else(|| Problem::FileKind.at(field))?;
        let name = safe_name(name);
        Ok(Self { name, contents })
    }

    /// Returns the kind by the content.
    pub fn kind(&self) -> AttachmentKind {
        match self.contents.picture() {
            Some(_) => AttachmentKind::Photo,
            None => AttachmentKind::File,
        }
    }
}

/// A file waiting to be downloaded from the messenger.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub id: AttachmentId,
    pub comment: CommentId,
    pub kind: AttachmentKind,
    /// Telegram's `file_id`.
    pub file: String,
    /// Number of earlier attempts.
    pub attempts: u32,
    pub created: Timestamp,
}

impl Wanted {
    /// Returns the kind of the downloaded content: anything that browsers display is a photo,
    /// whatever was announced, and a photo that they can't display becomes a file.
    pub fn kind_of(&self, contents: &Contents) -> AttachmentKind {
        match (self.kind, contents.picture()) {
            (AttachmentKind::Photo | AttachmentKind::File, Some(_)) => AttachmentKind::Photo,
            (AttachmentKind::Photo, None) => AttachmentKind::File,
            (other, _) => other,
        }
    }
}

/// Returns a sender's file name made safe for every operating system: the last component of its
/// path, without invisible characters and without characters that have a special meaning.
pub fn safe_name(sent: &str) -> String {
    /// In characters, not bytes.
    const MAX: usize = 100;
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = |c: &char| *c == ' ' || is_visible(*c);
    let clean = last.chars().filter(seen).map(|c| match c {
        ':' | '*' | '?' | '"' | '<' | '>' | '|' | ';' | '%' => '_',
        other => other,
    });
    let clean: String = clean.collect();
    let clean = clean.trim_matches([' ', '.']);
    // Truncates at the front, so that the extension stays.
    let too_many = clean.chars().count().saturating_sub(MAX);
    clean.chars().skip(too_many).collect()
}

/// Returns a text from a sender on one line.
pub fn one_line(sent: &str) -> String {
    /// In characters, not bytes.
    const MAX: usize = 2_000;
    let sent = visible(sent);
    let clean: String = sent.chars().filter(|c| !c.is_control()).take(MAX).collect();
    clean.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_fit_for_every_system() {
        for (sent, safe) in [
            ("счёт.pdf", "счёт.pdf"),
            ("/etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("\u{200b}", ""),
            ("...", ""),
            ("a\r\nb: c\"d\".txt", "ab_ c_d_.txt"),
        ] {
            assert_eq!(safe_name(sent), safe);
        }
        let long = format!("{}.pdf", "д".repeat(300));
        assert_eq!(safe_name(&long).chars().count(), 100);
        assert!(safe_name(&long).ends_with(".pdf"));
    }

    #[test]
    fn the_ending_is_that_of_the_content() {
        let named = |file_name: &str, media_type: &str| {
            Attachment {
                id: AttachmentId::from_row(7),
                kind: AttachmentKind::File,
                state: AttachmentState::Here,
                file_name: file_name.to_owned(),
                media_type: Some(media_type.to_owned()),
                size: None,
                duration: None,
                about: String::new(),
                width: None,
                height: None,
            }
            .download_name()
        };
        assert_eq!(named("a.PDF", "application/pdf"), "a.PDF");
        assert_eq!(named("a.exe", "application/pdf"), "a.exe.pdf");
        assert_eq!(named("", "audio/opus"), "7.ogg");
        assert_eq!(named("IMG.jpeg", "image/jpeg"), "IMG.jpeg");
    }
}
