//! The icons of home screens, which are drawn from the SVG icon. `ZAYAVKA_ICONS=src/web/assets cargo test icons`
//! draws them again; without the variable the stored ones are compared with it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::chromium::Driver;
use crate::harness::Shop;

/// Draws an icon, and returns it with the largest difference from the stored one. Systems cut a maskable
/// one to their own shape, so its colour reaches every corner.
const DRAW: &str = "
    const [size, purpose, done] = arguments;
    const pixels = (image, full) => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = size;
        const context = canvas.getContext('2d');
        if (full) {
            context.fillStyle = '#1f6fd1';
            context.fillRect(0, 0, size, size);
        }
        context.drawImage(image, 0, 0, size, size);
        return [canvas.toDataURL('image/png'), context.getImageData(0, 0, size, size).data];
    };
    const load = async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return image;
    };
    (async () => {
        const svg = await load(document.querySelector('link[rel=icon]').href);
        const [drawn, wanted] = pixels(svg, purpose === 'maskable');
        const { icons } = await (await fetch('/manifest.webmanifest')).json();
        const named = icons.find((icon) => icon.sizes === `${size}x${size}` && icon.purpose === purpose);
        const image = await load(named.src);
        const [, stored] = pixels(image, false);
        const differences = wanted.map((value, at) => Math.abs(value - stored[at]));
        done({ drawn, width: image.naturalWidth, height: image.naturalHeight, difference: Math.max(...new Set(differences)) });
    })().catch((error) => done({ error: String(error) }));";

#[tokio::test]
async fn the_icons_of_home_screens_are_the_svg_icon() {
    let Some(driver) = Driver::start().await else {
        return;
    };
    let shop = Shop::open().await;
    let browser = driver.open(&shop).await;
    browser.go("/login").await;
    for (purpose, name) in [("any", "icon"), ("maskable", "maskable")] {
        for size in [192, 512] {
            let script = DRAW.replacen(
                "arguments;",
                &format!("[{size}, '{purpose}', arguments[0]];"),
                1,
            );
            let icon = browser.eval_later(&script).await;
            assert_eq!(icon["error"], Value::Null, "{name}-{size}");
            let drawn = icon["drawn"].as_str().unwrap();
            let (_, drawn) = drawn.split_once("base64,").unwrap();
            let drawn = STANDARD.decode(drawn).unwrap();
            if let Some(folder) = std::env::var_os("ZAYAVKA_ICONS") {
                let file = Path::new(&folder).join(format!("{name}-{size}.png"));
                std::fs::write(file, drawn).unwrap();
                continue;
            }
            assert_eq!(
                (&icon["width"], &icon["height"]),
                (&size.into(), &size.into())
            );
            // Versions of the browser smooth edges differently.
            let difference = icon["difference"].as_u64().unwrap();
            assert!(difference < 64, "{name}-{size} differs by {difference}");
        }
    }
    shop.close().await;
}
