//! New passwords, and how easy they are to guess for somebody who speaks Russian.

use secrecy::{ExposeSecret, SecretString};

use super::{About, Email, Problem, Result, nfc};

/// A new password that is good enough, in Unicode's form NFC: what one keyboard sends as `й` another one sends as
/// `и` with a breve (RFC 8265 §4.2 asks for that form too). Existing ones are only ever compared, never parsed.
#[derive(Debug)]
pub struct Password(SecretString);

/// Allowed lengths of a password, in characters.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

impl Password {
    /// Refuses what is too short, too long, or among the first million that an attacker would
    /// try, to whom the account's e-mail and the shop's name count as known.
    ///
    /// # Errors
    /// [`Problem::PasswordShort`], [`Problem::PasswordLong`] and [`Problem::PasswordCommon`] at `field`.
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

    /// Whether this is what was typed the second time.
    pub fn is(&self, typed: &str) -> bool {
        self.expose() == nfc(typed)
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Whether an attacker who speaks Russian would try it among the first million.
///
/// The estimator knows English, Latin letters and the English keyboard. So it is asked about every way in which
/// a Cyrillic password can be read in Latin letters, and is told Russian words in every way in which they are
/// written with them; the weakest reading counts.
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

/// The words that a name or an address is made of; what is shorter than three characters is in too many words.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
    // Everybody's addresses have the last part in common.
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

/// A text as it is; and, where it has Cyrillic letters, as it comes out when the keyboard is switched to English,
/// and in Latin letters.
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

/// The small letter, without the dots that most people leave out.
fn plain(c: char) -> char {
    match c.to_lowercase().next() {
        Some('ё') => 'е',
        Some(small) => small,
        None => c,
    }
}

/// Each letter: its key on the English keyboard, and two ways to write it with Latin letters.
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

/// What people take for a password first, most of it in the order in which one would try. Rows of keys, dates,
/// numbers and words written backwards the estimator finds by itself.
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
