//! Employees and customers of the demo. Their Telegram account ids belong to nobody, so the demo is
//! safe to run with a real bot.

use fastrand::Rng;
use jiff::Timestamp;

use super::catalogue::{ENGLISH_NAMES, ENGLISH_SURNAMES, RUSSIAN_NAMES, RUSSIAN_SURNAMES};
use super::pick;
use crate::app::{accounts, chat_links, demo_shop};
use crate::domain::{
    Actor, Chat, Colour, Country, CustomerId, Email, Employee, EmployeeName, Error, Language,
    Messenger, Name, Phone, Result, Role, TelegramId, TimeOfDay,
};
use crate::store::{self, Transaction};

/// The highest possible Telegram id (<https://core.telegram.org/bots/api#user>).
const LAST_ACCOUNT: i64 = (1 << 52) - 1;
/// The highest id for employees, below those of customers.
const LAST_OF_STAFF: i64 = LAST_ACCOUNT - (1 << 40);
/// One of this many customers has the bot in Telegram, and one of so many others has it at MAX.
const BOT: usize = 2;
const BOT_AT_MAX: usize = 25;
/// One of this many customers has no name on the card.
const NAMELESS: usize = 9;

/// The local part of an e-mail, the name in Russian and in English, and the colour.
type Employed = (&'static str, [&'static str; 2], Colour);

/// The employees, the owner first.
const EMPLOYEES: [Employed; 5] = [
    ("owner", ["Алексей Котов", "Alex Carter"], Colour::Blue),
    ("technician", ["Илья Громов", "Ian Grove"], Colour::Green),
    ("apprentice", ["Даша Лис", "Daisy Lynn"], Colour::Violet),
    ("electrician", ["Павел Седов", "Paul Stone"], Colour::Orange),
    ("reception", ["Марина Белова", "Mary Bell"], Colour::Red),
];

/// A customer, as far as their tasks need.
pub struct Person {
    pub id: CustomerId,
    pub phone: Phone,
    pub bot: Option<TelegramId>,
}

/// Who works in the demo.
pub enum Staff {
    /// Five new accounts with one password.
    New { password_hash: String },
    /// The owner of a running shop, with four invented employees, as whom nobody can sign in.
    Of(Employee),
}

/// Creates the accounts of the employees. The owner comes first; an invented one has the bot and the morning list.
pub fn hire(
    tx: &Transaction,
    staff: &Staff,
    language: Language,
    now: Timestamp,
) -> Result<Vec<Actor>> {
    let (owner, hash) = match staff {
        Staff::New { password_hash } => (
            hire_owner(tx, password_hash, language, now)?,
            password_hash.as_str(),
        ),
        Staff::Of(owner) => (owner.sign_in()?, ""),
    };
    let others = EMPLOYEES[1..].iter();
    let others = others.map(|person| hire_one(tx, person, hash, Role::Employee, language, now));
    std::iter::once(Ok(owner)).chain(others).collect()
}

fn hire_owner(tx: &Transaction, hash: &str, language: Language, now: Timestamp) -> Result<Actor> {
    let owner = hire_one(tx, &EMPLOYEES[0], hash, Role::Owner, language, now)?;
    let account = TelegramId::from_wire(LAST_OF_STAFF - owner.id().get());
    store::employees::set_chat(tx, owner.id(), account.map(Chat::from))?;
    let time = TimeOfDay::parse("time", "09:00")?;
    store::employees::set_morning(tx, owner.id(), Some(time))?;
    Ok(owner)
}

fn hire_one(
    tx: &Transaction,
    person: &Employed,
    hash: &str,
    role: Role,
    language: Language,
    now: Timestamp,
) -> Result<Actor> {
    let (account, names, colour) = person;
    let email = Email::parse("email", &format!("{account}@example.com"))?;
    let id = accounts::add(tx, &email, hash, role, now)?;
    let name = match language {
        Language::Russian => names[0],
        Language::English => names[1],
    };
    store::employees::set_name(tx, id, &EmployeeName::parse("name", name)?)?;
    store::employees::set_colour(tx, id, Some(*colour))?;
    let employee = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    employee.sign_in()
}

/// Creates the cards of the customers with these numbers.
pub fn meet(
    tx: &Transaction,
    rng: &mut Rng,
    numbers: std::ops::Range<usize>,
    language: Language,
    now: Timestamp,
) -> Result<Vec<Person>> {
    let meet = |number: usize| {
        let phone = phone(language, number)?;
        let name = name(language, rng);
        let name = Name::parse("name", if number % NAMELESS == 1 { "" } else { &name })?;
        let account = TelegramId::from_wire(LAST_ACCOUNT - number as i64);
        let bot = account.filter(|_| number.is_multiple_of(BOT));
        let is_at_max = number % (BOT * BOT_AT_MAX) == 1;
        let at_max =
            is_at_max.then(|| Chat::new(Messenger::Max, demo_shop::LAST_AT_MAX - number as i64));
        let id = match bot.map(Chat::from).or(at_max) {
            None => store::customers::insert(tx, &phone, name.as_ref(), now)?,
            Some(who) => {
                chat_links::link(tx, who, &phone, name.as_ref(), language, now)?;
                let card = store::customers::by_phone(tx, &phone)?;
                card.ok_or(Error::NotFound)?.id
            }
        };
        Ok(Person { id, phone, bot })
    };
    numbers.map(meet).collect()
}

/// Returns a unique phone, formatted as people type it.
fn phone(language: Language, number: usize) -> Result<Phone> {
    let (country, typed) = match language {
        Language::Russian => {
            // The range 900 000-00-00 to 900 999-99-90, spread out.
            let digits = format!("{:07}", (number as u64 * 7_654_321) % 9_999_991);
            let (a, b, c) = (&digits[..3], &digits[3..5], &digits[5..]);
            let typed = match number % 3 {
                0 => format!("+7 900 {a}-{b}-{c}"),
                1 => format!("8 (900) {a}-{b}-{c}"),
                _ => format!("7900{digits}"),
            };
            ("RU", typed)
        }
        Language::English => {
            // The range 07700 900000 to 07700 999999, spread out.
            let digits = 900_000 + number * 7_919 % 100_000;
            let typed = match number % 2 {
                0 => format!("+44 7700 {digits}"),
                _ => format!("07700 {digits}"),
            };
            ("GB", typed)
        }
    };
    Phone::parse(
        "phone",
        &typed,
        Country::parse(country).ok_or(Error::NotFound)?,
    )
}

fn name(language: Language, rng: &mut Rng) -> String {
    match language {
        Language::Russian => {
            let (sex, surname) = (rng.usize(..2), pick(rng, &RUSSIAN_SURNAMES));
            let ending = if sex == 0 { "а" } else { "" };
            format!("{} {surname}{ending}", pick(rng, &RUSSIAN_NAMES[sex]))
        }
        Language::English => {
            let surname = pick(rng, &ENGLISH_SURNAMES);
            format!("{} {surname}", pick(rng, &ENGLISH_NAMES))
        }
    }
}
