//! The conversation as a pure state machine: inputs and effects.

use super::say::Sentence;
use crate::app::answers::CustomerMessage;
use crate::app::chat_links::Standing;
use crate::domain::{ApprovalId, CommentId, MessageKey, Phone, TaskId};

/// A customer's action.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    Start,
    /// Opened the bot through a task's status link.
    Follow(String),
    Help,
    /// Shared their own contact.
    OwnContact(Phone),
    /// Shared a contact that isn't their own, is forwarded or can't be read.
    OtherContact(CustomerMessage),
    TypedPhone(Phone, CustomerMessage),
    /// Sent a text, an attachment or an unknown command.
    CustomerMessage(CustomerMessage),
    /// Edited an earlier message.
    Edited(CustomerMessage),
    /// Sent a message without visible content.
    Empty,
    /// Turned a page of the task list, in the message that shows it.
    Page {
        page: usize,
        query: String,
        message: Option<MessageKey>,
    },
    /// Pressed a button under a message of the bot.
    Press(Press),
    Blocked,
    Unblocked,
}

/// A pressed button: the action, and the message to replace.
#[derive(Debug, PartialEq, Eq)]
pub struct Press {
    pub what: Pressed,
    pub query: String,
    pub message: Option<MessageKey>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Pressed {
    /// Reassigns an earlier message to another task.
    Move(CommentId, TaskId),
    Decide(ApprovalId, bool),
}

/// An effect to be performed.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    Link(Phone),
    Claim(Phone),
    SetBlocked(bool),
    Say(Sentence),
    /// Shows one task to the holder of its status link.
    Show {
        token: String,
        standing: Standing,
    },
    /// Stores a message for the shop, and shows the tasks.
    Take(CustomerMessage),
    /// Replies that the message is empty, and shows the tasks.
    RefuseEmpty,
    /// Updates an earlier message.
    Change(CustomerMessage),
    /// Replies that a message was not passed on, once per album, and how to reach the shop.
    Turn(CustomerMessage),
    Do(Press),
    List {
        page: usize,
        query: Option<String>,
        message: Option<MessageKey>,
    },
}

/// Returns the next state and the effects, from how well the person is known and what they did.
pub fn step(standing: Standing, input: Input) -> (Standing, Vec<Effect>) {
    use Effect::{Change, Claim, Do, Link, List, RefuseEmpty, Say, SetBlocked, Show, Take, Turn};
    let list = List {
        page: 0,
        query: None,
        message: None,
    };
    match (input, standing) {
        (Input::Blocked, standing) => (standing, vec![SetBlocked(true)]),
        (Input::Unblocked, standing) => (standing, vec![SetBlocked(false)]),
        (Input::Help, standing) => (standing, vec![Say(Sentence::Help)]),
        (Input::Follow(token), standing) => (standing, vec![Show { token, standing }]),
        (Input::OwnContact(phone), _) => (
            Standing::Verified,
            vec![Link(phone), Say(Sentence::Linked), list],
        ),
        (
            Input::Page {
                page,
                query,
                message,
            },
            Standing::Verified,
        ) => {
            let query = Some(query);
            (
                Standing::Verified,
                vec![List {
                    page,
                    query,
                    message,
                }],
            )
        }
        (
            Input::CustomerMessage(said) | Input::TypedPhone(_, said) | Input::OtherContact(said),
            Standing::Verified,
        ) => (Standing::Verified, vec![Take(said)]),
        (Input::Edited(said), Standing::Verified) => (Standing::Verified, vec![Change(said)]),
        (Input::Empty, Standing::Verified) => (Standing::Verified, vec![RefuseEmpty]),
        (Input::Press(press), Standing::Verified) => (Standing::Verified, vec![Do(press)]),
        (_, Standing::Verified) => (Standing::Verified, vec![list]),
        (Input::Start, standing) => (standing, vec![Say(Sentence::Welcome)]),
        (Input::TypedPhone(phone, _), standing) => {
            let next = match standing {
                Standing::Stranger => Standing::Unverified,
                known => known,
            };
            (next, vec![Claim(phone), Say(Sentence::ProvePhone)])
        }
        (Input::OtherContact(_), standing) => (standing, vec![Say(Sentence::ForeignContact)]),
        (Input::CustomerMessage(said) | Input::Edited(said), standing) => {
            (standing, vec![Turn(said)])
        }
        (Input::Empty | Input::Page { .. } | Input::Press(_), standing) => {
            (standing, vec![Say(Sentence::AskContact)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Country, Message};

    fn phone() -> Phone {
        Phone::parse("phone", "+79000000000", Country::parse("RU").unwrap()).unwrap()
    }

    fn customer_message() -> CustomerMessage {
        CustomerMessage {
            message: 1.into(),
            answers: None,
            album: None,
            text: Message::parse("text", "hello").unwrap(),
            enclosure: None,
        }
    }

    #[test]
    fn only_an_own_contact_makes_a_person_verified() {
        for standing in [Standing::Stranger, Standing::Unverified] {
            for input in [
                Input::Start,
                Input::Help,
                Input::OtherContact(customer_message()),
                Input::TypedPhone(phone(), customer_message()),
                Input::CustomerMessage(customer_message()),
                Input::Edited(customer_message()),
                Input::Empty,
                Input::Follow("token".to_owned()),
                Input::Press(Press {
                    what: Pressed::Decide(ApprovalId::from_row(1), true),
                    query: String::new(),
                    message: None,
                }),
                Input::Page {
                    page: 3,
                    query: String::new(),
                    message: None,
                },
                Input::Unblocked,
            ] {
                let (next, effects) = step(standing, input);
                assert_ne!(next, Standing::Verified);
                assert!(!effects.iter().any(|e| matches!(
                    e,
                    Effect::List { .. }
                        | Effect::Link(_)
                        | Effect::Do(_)
                        | Effect::Take(_)
                        | Effect::Change(_)
                )));
            }
            assert_eq!(
                step(standing, Input::OwnContact(phone())).0,
                Standing::Verified
            );
        }
    }

    #[test]
    fn a_typed_phone_gets_one_answer_whoever_types_it() {
        let say = |standing| step(standing, Input::TypedPhone(phone(), customer_message())).1;
        assert_eq!(say(Standing::Stranger), say(Standing::Unverified));
    }
}
