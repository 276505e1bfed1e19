//! Floods of sign-ins: whoever sends them, everybody else gets in. Each takes hundreds of password
//! hashes.

use futures_util::future::join_all;

use crate::accounts::employee_called;
use crate::harness::PASSWORD;
use crate::lockout::Tried::{In, Later, Wrong};
use crate::lockout::{BAD, Guest, OWNER, known, shop};

#[tokio::test]
async fn a_block_of_addresses_counts_as_one_at_an_account() {
    let shop = shop().await;
    let addresses = (0..40).map(|n| (format!("2001:db8:7:{n:x}::1"), format!("198.51.100.{n}")));
    let (v6, v4): (Vec<_>, Vec<_>) = addresses.unzip();
    for block in [v6, v4] {
        let mut refused = 0;
        for address in &block {
            match Guest::at(&shop, address).login(OWNER, BAD).await {
                Wrong => refused += 1,
                other => assert_eq!(other, Later),
            }
        }
        assert_eq!(refused, 30, "{block:?}");
        // Clients outside the block are unaffected.
        for address in ["2001:db8:8::1", "198.51.101.1"] {
            let client = Guest::at(&shop, address);
            assert_eq!(client.login(OWNER, PASSWORD).await, In);
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn a_flood_from_one_block_takes_one_share_of_the_hashes() {
    let shop = shop().await;
    let known = known(&shop, OWNER).await;
    for block in [
        (|n| format!("2001:db8:7:{n:x}::1")) as fn(usize) -> String,
        |n| format!("198.51.100.{n}"),
    ] {
        let flood = join_all((0..60).map(|n| {
            let shop = &shop;
            async move {
                let client = Guest::at(shop, &block(n));
                client.login(&format!("n{n}@example.com"), BAD).await
            }
        }));
        let new = Guest::at(&shop, "192.0.2.1");
        let mut device = Guest::at(&shop, &block(0));
        device.cookies = known.cookies.clone();
        let honest = async {
            (
                new.login(OWNER, PASSWORD).await,
                device.log_in(OWNER, PASSWORD).await,
            )
        };
        let (answers, honest) = futures_util::join!(flood, honest);
        assert_eq!(honest, (In, In));
        // How many of them are told to wait depends on speed.
        assert!(answers.contains(&Wrong) && !answers.contains(&In));
    }
    shop.close().await;
}

#[tokio::test]
async fn forty_clients_at_forty_networks_wait_their_turn_and_so_does_everybody_else() {
    let shop = shop().await;
    let known = known(&shop, OWNER).await;
    let flood = join_all((0..40).map(|n| {
        let shop = &shop;
        async move {
            let client = Guest::at(shop, &format!("198.51.{n}.7"));
            let email = match n % 2 {
                0 => OWNER.to_owned(),
                _ => format!("n{n}@example.com"),
            };
            client.login(&email, BAD).await
        }
    }));
    let new = Guest::at(&shop, "192.0.2.1");
    let mut device = Guest::at(&shop, "198.51.7.7");
    device.cookies = known.cookies.clone();
    let honest = async {
        (
            new.login(OWNER, PASSWORD).await,
            device.log_in(OWNER, PASSWORD).await,
        )
    };
    let (answers, honest) = futures_util::join!(flood, honest);
    assert_eq!(honest, (In, In));
    assert_eq!(answers, [Wrong; 40]);
    shop.close().await;
}

#[tokio::test]
async fn an_account_is_made_by_an_invite_while_strangers_flood() {
    let shop = shop().await;
    let flood = join_all((0..60).map(|n| {
        let shop = &shop;
        async move {
            let client = Guest::at(shop, &format!("2001:db8:7:{n:x}::1"));
            client.login(&format!("n{n}@example.com"), BAD).await
        }
    }));
    let invited = employee_called(&shop, "second@example.com");
    let (_, token) = futures_util::join!(flood, invited);
    let me = shop.ask_by(&token, "{ me { email } }").await;
    assert_eq!(me["data"]["me"]["email"], "second@example.com");
    shop.close().await;
}
