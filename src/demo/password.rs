//! Generation of a password that is easy to type and obeys the password rules.

use crate::app::security::secrets;
use crate::domain::{About, Email, Error, Password, Result};

/// Number of words in a password: 256 words give 16 million passwords, and the limit on attempts
/// admits a few thousand a day.
const LENGTH: usize = 3;
/// Maximum number of attempts to find a password that the rules accept.
const TRIES: usize = 20;

/// Returns three random words, and the same as a password for that account.
///
/// # Errors
/// [`Error::Internal`] when the system provides no randomness.
pub fn choose(email: &Email, shop: &About) -> Result<(String, Password)> {
    for _ in 0..TRIES {
        let random = secrets::random()?;
        let words = random.iter().take(LENGTH);
        let words: Vec<&str> = words.filter_map(|nth| word(usize::from(*nth))).collect();
        let text = words.join("-");
        if let Ok(password) = Password::parse("password", &text, email, shop) {
            return Ok((text, password));
        }
    }
    Err(Error::internal("no password of three words is accepted"))
}

fn word(nth: usize) -> Option<&'static str> {
    WORDS.split_ascii_whitespace().nth(nth)
}

const WORDS: &str = "
    acid acorn actor adobe agile album alert alpine amber anchor angle ankle apple apron arena armor
    arrow aspen atlas attic badge bagel baker balsa bamboo banjo barge basil beach beacon beard beetle
    bench berry birch bison blade blanket blaze bloom bonus boots bottle braid branch brass bread brick
    bridge brook broom bucket bugle bunny butter button cabin cactus camel candle canoe canyon carbon cargo
    carpet carrot castle cedar chalk cherry chess chime cinder circus citrus clay cliff clover cobalt cocoa
    comet copper coral cotton cradle crane crayon creek cricket crown crystal curtain daisy denim desert diesel
    dinner dolphin donkey dragon drum eagle easel ebony echo elbow elder ember emerald engine envoy fabric
    falcon fender fern fiddle flame flint flute forest fossil fox frost galaxy garden garlic gecko ginger
    glacier globe glove goose grape gravel guitar hammer harbor harvest hazel helmet heron honey hornet ivory
    jacket jasmine jelly jungle kayak kettle kiwi ladder lagoon lantern laurel lemon lilac linen lizard lobster
    lotus magnet mango maple marble meadow melon mitten mosaic moss muffin mustard napkin nectar nickel nutmeg
    oasis ocean olive onion opal orbit orchid otter oyster paddle panda papaya parrot pasta peach pebble
    pelican pencil pepper piano pigeon pillow pine pirate pilot planet plum pocket poppy potato prism pumpkin
    puzzle quartz quill rabbit radish raven ribbon river robin rocket saddle saffron salmon sandal satin
    scarf shadow shell silver sketch sparrow spruce stable sugar sunset tablet teapot thistle tiger tomato
    tulip tunnel turtle turnip velvet violet violin walnut walrus willow window winter wizard wombat yogurt zebra
    zipper acre
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_word_for_each_byte_and_the_rules_accept_them() {
        let mut words: Vec<&str> = WORDS.split_ascii_whitespace().collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 256);
        let email = Email::parse("email", "owner@example.com").unwrap();
        let (text, password) = choose(&email, &About::default()).unwrap();
        assert_eq!(text.split('-').count(), LENGTH);
        assert_eq!(password.expose(), text);
        // Nearly every choice is accepted, so the rules hardly reduce the randomness.
        let accepted = |nth: &usize| {
            let at = |step: usize| words[nth * step % words.len()];
            let text = [at(1), at(7), at(101)].join("-");
            Password::parse("password", &text, &email, &About::default()).is_ok()
        };
        assert!((0..256).filter(accepted).count() > 250);
    }
}
