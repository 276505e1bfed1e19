//! New passwords, and an estimate of how easily a Russian-speaking attacker guesses them.

use secrecy::{ExposeSecret, SecretString};

use super::{About, Email, Problem, Result, nfc};

/// An acceptable new password, in Unicode form NFC: some keyboards send `й` as one character,
/// others as `и` with a breve (RFC 8265 §4.2 requires NFC too). Existing passwords are only
/// compared, never parsed.
#[derive(Debug)]
pub struct Password(SecretString);

/// Iterations of PBKDF2-HMAC-SHA256 for the hash of a password: the minimum of OWASP's password
/// storage cheat sheet.
pub const PASSWORD_ITERATIONS: u32 = 600_000;

/// Allowed lengths of a password, in characters.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

impl Password {
    /// Rejects a password that is too short, too long, or among an attacker's first million
    /// guesses, given the account's e-mail and the shop's name.
    ///
    /// # Errors
    /// [`Problem::PasswordShort`], [`Problem::PasswordLong`] and [`Problem::PasswordCommon`] at
    /// `field`.
    pub fn parse(field: &'static str, text: &str, email: &Email, shop: &About) -> Result<Self> {
        let text = SecretString::from(&*nfc(text));
        let length = text.expose_secret().chars().count();
        if length < *PASSWORD_LENGTH.start() {
            let min = *PASSWORD_LENGTH.start();
            return Err(Problem::PasswordShort { min }.at(field).into());
        }
        if length > *PASSWORD_LENGTH.end() {
            let max = *PASSWORD_LENGTH.end();
            return Err(Problem::PasswordLong { max }.at(field).into());
        }
        if is_easy(text.expose_secret(), email, shop) {
            return Err(Problem::PasswordCommon.at(field).into());
        }
        Ok(Self(text))
    }

    /// Returns whether the repeated password is the same.
    pub fn is(&self, typed: &str) -> bool {
        self.expose() == nfc(typed)
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Returns whether the password is among the first million guesses of a Russian-speaking attacker.
///
/// The estimator knows English, Latin letters and the English keyboard. It is therefore given every
/// Latin reading of a Cyrillic password, and Russian words in every Latin spelling; the weakest
/// reading counts.
fn is_easy(text: &str, email: &Email, shop: &About) -> bool {
    let known = pieces(email.as_str()).chain(pieces(shop.name.as_str()));
    let known: Vec<String> = [email.as_str(), shop.name.as_str()]
        .into_iter()
        .chain(known)
        .chain(COMMON.split_whitespace())
        .flat_map(spellings)
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let easy = |reading: String| zxcvbn::zxcvbn(&reading, &known).score() < zxcvbn::Score::Two;
    spellings(text).any(easy)
}

/// Splits a name or an address into its words; words shorter than three characters are too frequent
/// to count.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
    // The top-level domain is common to everybody's addresses.
    let name = domain.rsplit_once('.').map_or("", |(name, _)| name);
    let words = [local, name].into_iter().flat_map(|part| {
        let words = part.split(|c: char| !c.is_alphanumeric());
        [part].into_iter().chain(words)
    });
    [domain]
        .into_iter()
        .chain(words)
        .filter(|word| word.chars().count() >= 3)
}

/// Returns the text as it is; and, if it has Cyrillic letters, as typed on an English keyboard
/// layout, and in two transliterations.
fn spellings(text: &str) -> impl Iterator<Item = String> + use<> {
    let is_cyrillic = |c: char| LETTERS.iter().any(|(letter, ..)| *letter == plain(c));
    let cyrillic = text.chars().any(is_cyrillic);
    let respelled = [0, 1, 2].map(|way| cyrillic.then(|| respelled(text, way)));
    let text: String = text
        .chars()
        .map(|c| match c {
            'ё' => 'е',
            'Ё' => 'Е',
            other => other,
        })
        .collect();
    [Some(text)].into_iter().chain(respelled).flatten()
}

fn respelled(text: &str, way: usize) -> String {
    let mut all = String::with_capacity(text.len());
    for c in text.chars() {
        let found = LETTERS.iter().find(|(letter, _)| *letter == plain(c));
        match found {
            None => all.push(c),
            Some((_, ways)) if c.is_uppercase() => all += &ways[way].to_uppercase(),
            Some((_, ways)) => all += ways[way],
        }
    }
    all
}

/// Returns the lower-case letter, with ё as е.
fn plain(c: char) -> char {
    match c.to_lowercase().next() {
        Some('ё') => 'е',
        Some(small) => small,
        None => c,
    }
}

/// Each letter with its key on the English layout, and two transliterations.
const LETTERS: &[(char, [&str; 3])] = &[
    ('а', ["f", "a", "a"]),
    ('б', [",", "b", "b"]),
    ('в', ["d", "v", "v"]),
    ('г', ["u", "g", "g"]),
    ('д', ["l", "d", "d"]),
    ('е', ["t", "e", "e"]),
    ('ж', [";", "zh", "j"]),
    ('з', ["p", "z", "z"]),
    ('и', ["b", "i", "i"]),
    ('й', ["q", "y", "j"]),
    ('к', ["r", "k", "k"]),
    ('л', ["k", "l", "l"]),
    ('м', ["v", "m", "m"]),
    ('н', ["y", "n", "n"]),
    ('о', ["j", "o", "o"]),
    ('п', ["g", "p", "p"]),
    ('р', ["h", "r", "r"]),
    ('с', ["c", "s", "s"]),
    ('т', ["n", "t", "t"]),
    ('у', ["e", "u", "u"]),
    ('ф', ["a", "f", "f"]),
    ('х', ["[", "h", "kh"]),
    ('ц', ["w", "c", "ts"]),
    ('ч', ["x", "ch", "ch"]),
    ('ш', ["i", "sh", "sh"]),
    ('щ', ["o", "sch", "shch"]),
    ('ъ', ["]", "", ""]),
    ('ы', ["s", "y", "i"]),
    ('ь', ["m", "", ""]),
    ('э', ["'", "e", "e"]),
    ('ю', [".", "yu", "u"]),
    ('я', ["z", "ya", "ia"]),
];

/// Popular Russian passwords, roughly by frequency. The estimator itself detects keyboard rows,
/// dates, numbers and reversed words.
const COMMON: &str = "
    пароль привет любовь люблю солнышко солнце мама папа мамочка семья счастье жизнь
    админ администратор пользователь гость вход доступ секрет тест проверка директор хозяин начальник
    мастер мастерская ремонт сервис магазин офис работа заявка клиент компьютер телефон самсунг айфон
    яндекс вконтакте одноклассники интернет
    наташа саша маша даша настя лена оля катя аня анна ира ирина света светлана таня татьяна юля марина елена
    ольга екатерина анастасия мария ксюша алина кристина виктория вика дарья полина софия надежда вера галина
    людмила валентина дима дмитрий сергей андрей алексей леша александр максим иван ваня игорь олег денис антон
    никита кирилл роман рома артем егор павел паша николай коля виктор витя владимир вова евгений женя михаил
    миша стас слава юрий юра константин костя вадим руслан тимур петр илья даниил владислав анатолий борис
    зая зайка зайчик заинька котик котенок киска кошка собака мышка рыбка малыш малышка милый милая любимый
    любимая принцесса королева король ангел ангелочек демон дракон волк тигр лев медведь сокол орел
    россия москва питер украина казахстан беларусь спартак зенит динамо локомотив футбол хоккей чемпион победа
    звезда лето зима весна осень январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    понедельник вторник среда четверг пятница суббота воскресенье
    один два три четыре пять шесть семь восемь девять десять ноль
    золото деньги рубль доллар удача мечта свобода космос мир дом машина лада друг подруга сынок дочка
    спасибо пожалуйста здравствуй господи черт блин хакер терминатор
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_russian_word_is_read_in_every_way_that_latin_letters_have_for_it() {
        let all: Vec<_> = spellings("Ёжик, 1").collect();
        assert_eq!(all, ["Ежик, 1", "T;br, 1", "Ezhik, 1", "Ejik, 1"]);
        assert_eq!(spellings("word").collect::<Vec<_>>(), ["word"]);
        let all: Vec<_> = pieces("anna.k@mail.pochta.ru").collect();
        assert_eq!(
            all,
            [
                "mail.pochta.ru",
                "anna.k",
                "anna",
                "mail.pochta",
                "mail",
                "pochta"
            ]
        );
    }
}
