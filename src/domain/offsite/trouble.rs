//! Why a copy wasn't made, or can't be read.

words! {
    /// Why a copy on another machine wasn't made, can't be listed, or can't be read.
    OffsiteFault {
        /// The place can't be reached, or gives no answer in time.
        Unreachable = "UNREACHABLE",
        /// The connection broke off on the way.
        Cut = "CUT",
        /// Its certificate isn't trusted.
        Certificate = "CERTIFICATE",
        /// It refuses user and password, or the access key.
        Password = "PASSWORD",
        /// It refuses the request since this machine's clock is wrong.
        Clock = "CLOCK",
        /// There is no room at the place.
        Full = "FULL",
        /// There is no room on this machine.
        FullHere = "FULL_HERE",
        /// There is no such folder or bucket.
        NoPlace = "NO_PLACE",
        /// It leads to another address, which is not followed: user and password would go there.
        Redirect = "REDIRECT",
        /// A web page answers instead of the storage.
        WebPage = "WEB_PAGE",
        /// Another answer than the expected.
        Refused = "REFUSED",
        /// What came back is not what was sent.
        Different = "DIFFERENT",
        /// The database can't be copied, or its copy is damaged.
        Source = "SOURCE",
        /// Another server makes copies of this shop at this place.
        OtherServer = "OTHER_SERVER",
        /// There is no recovery key yet.
        NoKey = "NO_KEY",
        /// There is no user or no password for the place.
        NoPassword = "NO_PASSWORD",
        /// There is no copy at the place.
        NoCopies = "NO_COPIES",
        /// There is no copy of that name.
        NoSuchCopy = "NO_SUCH_COPY",
        /// Copies of more than one shop are at the place.
        SeveralShops = "SEVERAL_SHOPS",
        /// The key has a typing error: its checksum doesn't match.
        KeyTypo = "KEY_TYPO",
        /// A word of the key is not in the list.
        KeyWord = "KEY_WORD",
        /// The text is no recovery key.
        KeyMalformed = "KEY_MALFORMED",
        /// The key is whole, but the copy was encrypted for another.
        WrongKey = "WRONG_KEY",
        /// The file is no copy.
        NoCopy = "NO_COPY",
        /// The upload of a copy to be tried broke off.
        UploadCut = "UPLOAD_CUT",
        /// The copy is shorter than it was.
        Short = "SHORT",
        /// The copy was changed since it was made.
        Changed = "CHANGED",
        /// The copy is of another shop than its name or its description says.
        OtherShop = "OTHER_SHOP",
        /// A newer version of the program made the copy.
        Newer = "NEWER",
        /// What is in the copy is no database of this program, or a damaged one.
        Damaged = "DAMAGED",
    }
}

/// A fault with what names it: an answer's status, a file, a word. It contains no credentials and nothing about people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{detail}", fault.word(), if detail.is_empty() { "" } else { ": " })]
pub struct OffsiteTrouble {
    pub fault: OffsiteFault,
    pub detail: String,
}

impl OffsiteFault {
    /// Adds what names the fault.
    pub fn with(self, detail: impl Into<String>) -> OffsiteTrouble {
        OffsiteTrouble {
            fault: self,
            detail: detail.into(),
        }
    }
}

impl From<OffsiteFault> for OffsiteTrouble {
    fn from(fault: OffsiteFault) -> Self {
        fault.with("")
    }
}
