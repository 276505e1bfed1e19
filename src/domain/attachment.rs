//! What comes with customers' messages besides words.
//!
//! What a sender says of a file (its name, kind and size) is a claim. What the file is, its content
//! alone decides, once it is here; until then the claim only helps to turn away what is too large.

use jiff::Timestamp;

use super::contents::{ending_of, is_ending_of};
use super::letters::{is_visible, visible};
use super::{AttachmentId, CommentId, Contents};

words! {
    /// What was sent.
    AttachmentKind {
        Photo = "PHOTO", Voice = "VOICE", VideoNote = "VIDEO_NOTE", Video = "VIDEO", Audio = "AUDIO",
        Animation = "ANIMATION", File = "FILE", Sticker = "STICKER", Place = "PLACE",
        Contact = "CONTACT", Poll = "POLL", Dice = "DICE", Other = "OTHER",
    }
}

words! {
    /// Where the file is. NOTED says that there is only the note: what was sent has no file, or one
    /// that was turned away.
    AttachmentState { Waiting = "WAITING", Here = "HERE", Lost = "LOST", Noted = "NOTED" }
}

impl AttachmentKind {
    /// Whether the desk keeps files of this kind.
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

    /// Whether the note says all that was sent.
    fn is_whole_in_a_note(self) -> bool {
        matches!(self, Self::Place | Self::Contact | Self::Poll | Self::Dice)
    }
}

/// What is known of an attachment without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub kind: AttachmentKind,
    pub state: AttachmentState,
    /// As the sender calls it; empty where they don't.
    pub file_name: String,
    /// By the content, once it is here.
    pub media_type: Option<String>,
    /// In bytes; what the sender says until it is here.
    pub size: Option<i64>,
    /// In seconds.
    pub duration: Option<i64>,
    /// What a place, a contact or a question says.
    pub about: String,
    /// In pixels; of a picture that browsers show.
    pub width: Option<i64>,
    pub height: Option<i64>,
}

impl Attachment {
    pub fn is_picture(&self) -> bool {
        self.kind == AttachmentKind::Photo
    }

    /// Whether a file was sent that isn't kept.
    pub fn is_missing(&self) -> bool {
        self.kind.is_file() && matches!(self.state, AttachmentState::Lost | AttachmentState::Noted)
    }

    /// The name under which staff get the file: as the sender calls it, with the ending of what it is.
    pub fn download_name(&self) -> String {
        let ending = self.media_type.as_deref().and_then(ending_of);
        let ending = ending.unwrap_or("bin");
        // An archive that was restored may hold any name.
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

/// What came with a message, as the messenger describes it.
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
    /// What it is fetched by.
    pub id: String,
    /// The same for the same file, whoever sends it and how often.
    pub unique: String,
}

/// How much of what was sent reaches the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// All of it, as far as can be said before it is fetched.
    Whole,
    /// That it was sent, and no more: the desk can't keep such a thing.
    MarkOnly,
    TooLarge,
    /// The customer has sent too many files within a day.
    TooMany,
}

impl Enclosure {
    /// Files of one customer within a day.
    pub const A_DAY: usize = 50;

    /// Decides before it is fetched, when the customer has sent so many files within a day.
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

    /// Whether it is to be fetched.
    pub fn wanted(&self, keeping: Keeping) -> Option<&RemoteFile> {
        let file = self.file.as_ref();
        file.filter(|_| self.kind.is_file() && keeping == Keeping::Whole)
    }
}

/// A file that is still at the messenger.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub id: AttachmentId,
    pub comment: CommentId,
    pub kind: AttachmentKind,
    /// What Telegram calls it.
    pub file: String,
    /// Tries before this one.
    pub attempts: u32,
    pub created: Timestamp,
}

impl Wanted {
    /// The kind of what was fetched: what browsers show is a picture, whatever was announced, and a
    /// picture that they don't show is a file.
    pub fn kind_of(&self, contents: &Contents) -> AttachmentKind {
        match (self.kind, contents.picture()) {
            (AttachmentKind::Photo | AttachmentKind::File, Some(_)) => AttachmentKind::Photo,
            (AttachmentKind::Photo, None) => AttachmentKind::File,
            (other, _) => other,
        }
    }
}

/// The name of a file as the sender gives it, fit for any system that staff may have: the last part
/// of a path, with nothing in it that systems read as a sign or that people don't see.
pub fn safe_name(sent: &str) -> String {
    /// Characters, not bytes.
    const MAX: usize = 100;
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = |c: &char| *c == ' ' || is_visible(*c);
    let clean = last.chars().filter(seen).map(|c| match c {
        ':' | '*' | '?' | '"' | '<' | '>' | '|' | ';' | '%' => '_',
        other => other,
    });
    let clean: String = clean.collect();
    let clean = clean.trim_matches([' ', '.']);
    // The ending is what people look at.
    let too_many = clean.chars().count().saturating_sub(MAX);
    clean.chars().skip(too_many).collect()
}

/// A text that somebody sent, on one line.
pub fn one_line(sent: &str) -> String {
    /// Characters, not bytes.
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
