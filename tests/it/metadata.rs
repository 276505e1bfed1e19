//! Picture metadata is removed; the orientation is kept.

use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, message, messages};
use crate::harness::{Shop, eventually};

pub const JPEG: &[u8] = include_bytes!("../pictures/base.jpg");
pub const PROGRESSIVE: &[u8] = include_bytes!("../pictures/prog.jpg");
const PNG: &[u8] = include_bytes!("../pictures/base.png");
const WEBP: &[u8] = include_bytes!("../pictures/base.webp");
const GIF: &[u8] = include_bytes!("../pictures/base.gif");
const TIFF: &[u8] = include_bytes!("../pictures/cam.tiff");

/// None of these may remain in a picture.
const SECRETS: &[&str] = &[
    "SecretCamera",
    "SecretPlace",
    "SecretThumb",
    "SecretWords",
    "SecretTail",
    "SecretSecond",
    "2021:07:25",
    "Photoshop 3.0",
    "ns.adobe.com",
];

fn little(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn entry(big: bool, tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
    match big {
        true => little(&[
            &tag.to_be_bytes(),
            &kind.to_be_bytes(),
            &count.to_be_bytes(),
            &value,
        ]),
        false => little(&[
            &tag.to_le_bytes(),
            &kind.to_le_bytes(),
            &count.to_le_bytes(),
            &value,
        ]),
    }
}

/// Builds a camera's EXIF data: make, orientation, a thumbnail and the place.
fn exif(big: bool, orientation: u16) -> Vec<u8> {
    let two = |n: u16| {
        if big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    };
    let four = |n: u32| {
        if big {
            n.to_be_bytes()
        } else {
            n.to_le_bytes()
        }
    };
    let make = b"SecretCamera\0\0";
    let (ifd0, entries) = (8_u32, 3);
    let make_at = ifd0 + 2 + 12 * entries + 4;
    let place = make_at + make.len() as u32;
    let day = b"2021:07:25\0\0";
    let day_at = place + 2 + 12 * 2 + 4;
    let second = day_at + day.len() as u32;
    let turned = match big {
        true => [two(orientation), [0, 0]].concat(),
        false => [two(orientation), [0, 0]].concat(),
    };
    let thumb = b"\xff\xd8SecretThumb\xff\xd9";
    let thumb_at = second + 2 + 12 * 2 + 4;
    [
        if big {
            b"MM\0\x2a".to_vec()
        } else {
            b"II\x2a\0".to_vec()
        },
        four(ifd0).to_vec(),
        two(3).to_vec(),
        entry(big, 0x010f, 2, 13, four(make_at)),
        entry(big, 0x0112, 3, 1, turned.try_into().unwrap()),
        entry(big, 0x8825, 4, 1, four(place)),
        four(second).to_vec(),
        make.to_vec(),
        two(2).to_vec(),
        entry(big, 1, 2, 2, *b"N\0\0\0"),
        entry(big, 0x1d, 2, 11, four(day_at)),
        four(0).to_vec(),
        day.to_vec(),
        two(2).to_vec(),
        entry(big, 0x0201, 4, 1, four(thumb_at)),
        entry(big, 0x0202, 4, 1, four(thumb.len() as u32)),
        four(0).to_vec(),
        thumb.to_vec(),
    ]
    .concat()
}

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], contents].concat()
}

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SecretPlace</x:xmpmeta>";
const ICC: &[u8] = b"ICC_PROFILE\0\x01\x01a profile of colours";

/// Builds a phone's picture with all kinds of metadata, and a second picture after it.
pub fn jpeg(picture: &[u8], big: bool, orientation: u16) -> Vec<u8> {
    let exif = [b"Exif\0\0".as_slice(), &exif(big, orientation)].concat();
    [
        &picture[..20],
        &segment(0xe1, &exif),
        &segment(0xe1, XMP),
        &segment(0xe1, b"http://ns.adobe.com/xmp/extension/\0SecretPlace"),
        &segment(0xe2, ICC),
        &segment(0xe2, b"MPF\0II*\0SecretSecond"),
        &segment(0xed, b"Photoshop 3.0\08BIMSecretWords"),
        &segment(0xeb, b"JP\0\0SecretPlace"),
        &segment(0xfe, b"SecretWords"),
        &picture[20..],
        b"\xff\xd8\xff\xe1\0\x10SecretSecond\xff\xd9SecretTail",
    ]
    .concat()
}

fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(contents);
    let length = u32::try_from(contents.len()).unwrap().to_be_bytes();
    [&length[..], kind, contents, &crc.sum().to_be_bytes()].concat()
}

pub fn png(orientation: u16) -> Vec<u8> {
    [
        &PNG[..33],
        &chunk(b"eXIf", &exif(true, orientation)),
        &chunk(b"tEXt", b"Comment\0SecretWords"),
        &chunk(b"zTXt", b"Comment\0\0SecretWords"),
        &chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0SecretPlace"),
        &chunk(b"tIME", b"\x07\xe5\x07\x19\0\0\0"),
        &chunk(b"caBX", b"SecretCamera"),
        &chunk(b"vpAg", b"SecretWords"),
        &PNG[33..],
        b"SecretTail",
    ]
    .concat()
}

fn riff(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).unwrap().to_le_bytes();
    let pad = vec![0; contents.len() % 2];
    [kind, &length[..], contents, &pad].concat()
}

fn webp(orientation: u16) -> Vec<u8> {
    // EXIF and XMP, and a colour profile.
    let canvas = [0x2c, 0, 0, 0, 15, 0, 0, 7, 0, 0];
    let contents = [
        b"WEBP".as_slice(),
        &riff(b"VP8X", &canvas),
        &riff(b"ICCP", b"a profile of colours"),
        &WEBP[12..],
        &riff(b"EXIF", &exif(false, orientation)),
        &riff(b"XMP ", b"SecretPlace"),
        &riff(b"what", b"SecretWords"),
    ]
    .concat();
    [&riff(b"RIFF", &contents)[..], b"SecretTail"].concat()
}

fn gif() -> Vec<u8> {
    let table = 3 * (2 << (GIF[10] & 7));
    let (head, rest) = GIF.split_at(13 + table);
    let rest = &rest[..rest.len() - 1];
    [
        head,
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
        b"\x21\xff\x0bXMP DataXMP\x0bSecretPlace\0",
        b"\x21\xfe\x0bSecretWords\0",
        rest,
        b"\x21\xfe\x0bSecretWords\0\x3bSecretTail",
    ]
    .concat()
}

fn boxed(kind: &[u8; 4], contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let length = u32::try_from(contents.len() + 8).unwrap().to_be_bytes();
    [&length[..], kind, &contents].concat()
}

/// Builds a picture as an iPhone stores it: items of image data, EXIF and XMP, each somewhere in
/// the file.
fn heic(brand: &[u8; 4]) -> (Vec<u8>, Vec<u8>) {
    let coded = b"coded pixels, which nobody here can read".to_vec();
    let exif = [b"\0\0\0\x06Exif\0\0".as_slice(), &exif(true, 6)].concat();
    let xmp = b"<x:xmpmeta>SecretPlace</x:xmpmeta>";
    let item = |id: u8, kind: &[u8; 4], rest: &[u8]| {
        boxed(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0], kind, b"\0", rest])
    };
    let infos = boxed(
        b"iinf",
        &[
            &[0, 0, 0, 0, 0, 3],
            &item(1, b"hvc1", b""),
            &item(2, b"Exif", b""),
            &item(3, b"mime", b"application/rdf+xml\0"),
        ],
    );
    let before = boxed(b"ftyp", &[brand, b"\0\0\0\0mif1heic"]);
    let make = |at: u32| {
        let extent = |id: u8, at: u32, length: usize| {
            let length = u32::try_from(length).unwrap().to_be_bytes();
            [&[0, id, 0, 0, 0, 1], &at.to_be_bytes()[..], &length].concat()
        };
        let places = boxed(
            b"iloc",
            &[
                &[0, 0, 0, 0, 0x44, 0, 0, 3],
                &extent(1, at, coded.len()),
                &extent(2, at + coded.len() as u32, exif.len()),
                &extent(3, at + (coded.len() + exif.len()) as u32, xmp.len()),
            ],
        );
        let meta = boxed(b"meta", &[&[0; 4], &infos, &places]);
        let free = boxed(b"mdat", &[&coded, &exif, xmp]);
        [&before[..], &meta, &free].concat()
    };
    // The offset of the data depends on the length of the boxes that contain it.
    let at = make(0).len() - coded.len() - exif.len() - xmp.len();
    (make(u32::try_from(at).unwrap()), coded)
}

/// Returns the chunk with the image data.
fn pixels() -> &'static [u8] {
    let at = PNG.windows(4).position(|kind| kind == b"IDAT").unwrap() - 4;
    let length: [u8; 4] = PNG[at..at + 4].try_into().unwrap();
    &PNG[at..at + 12 + u32::from_be_bytes(length) as usize]
}

/// Opens a shop with a task to which Anna can send pictures.
pub async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop
}

/// Sends a file as a customer, and returns it as stored, as shown and as downloaded.
pub async fn kept(shop: &Shop, name: &str, file: Vec<u8>) -> (Value, Vec<u8>) {
    let before = files(shop).await.len();
    shop.telegram.file(name, file);
    let document = json!({"file_id": name, "file_unique_id": name, "file_name": name});
    shop.update(message(ANNA, json!({ "document": document })))
        .await;
    let open = "SELECT count(*) FROM photos WHERE state = 'WAITING'";
    let waiting = || {
        shop.database()
            .query_row(open, [], |row| row.get::<_, i64>(0))
    };
    eventually("it is fetched", || waiting() == Ok(0)).await;
    let all = files(shop).await;
    assert_eq!(all.len(), before + 1);
    let file = all[before].clone();
    let path = format!("/attachments/{}", file["id"].as_str().unwrap());
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let request = shop.request(reqwest::Method::GET, &path);
    let answer = request.header("cookie", cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{name}");
    let bytes = answer.bytes().await.unwrap().to_vec();
    assert_eq!(
        file["size"].as_u64().unwrap() as usize,
        bytes.len(),
        "{name}"
    );
    (file, bytes)
}

async fn files(shop: &Shop) -> Vec<Value> {
    let query = "{ taskById(id: 1) { comments { attachments { id kind state mediaType width height size } } } }";
    let answer = shop.ask(query).await;
    let comments = answer["data"]["taskById"]["comments"]
        .as_array()
        .unwrap()
        .iter();
    let of = |comment: &Value| comment["attachments"].as_array().unwrap().clone();
    comments.flat_map(of).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[track_caller]
fn assert_no_secret(name: &str, bytes: &[u8]) {
    for secret in SECRETS {
        assert!(!contains(bytes, secret.as_bytes()), "{name} keeps {secret}");
    }
}

/// Returns the bytes from the start of the scan to the end of the picture.
fn scan(jpeg: &[u8]) -> &[u8] {
    let start = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let end = jpeg
        .windows(2)
        .rposition(|pair| pair == [0xff, 0xd9])
        .unwrap();
    &jpeg[start..end + 2]
}

#[tokio::test]
async fn nothing_of_the_camera_and_the_place_is_kept_and_every_pixel_is() {
    let shop = shop().await;
    // Only the orientation remains of EXIF.
    let turned = |way: u8| {
        let head = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
        [head.as_slice(), &[way, 0, 0, 0, 0, 0, 0]].concat()
    };
    let (three, six, eight) = (turned(3), turned(6), turned(8));
    for (name, file, parts, mime) in [
        (
            "turned.jpg",
            jpeg(JPEG, true, 6),
            vec![scan(JPEG), ICC, &six],
            "image/jpeg",
        ),
        (
            "other.jpg",
            jpeg(JPEG, false, 3),
            vec![scan(JPEG), ICC, &three],
            "image/jpeg",
        ),
        (
            "progressive.jpg",
            jpeg(PROGRESSIVE, true, 8),
            vec![scan(PROGRESSIVE), ICC, &eight],
            "image/jpeg",
        ),
        ("a.png", png(6), vec![pixels(), &six], "image/png"),
        (
            "a.webp",
            webp(8),
            vec![&WEBP[12..], b"a profile of colours", &eight],
            "image/webp",
        ),
        (
            "a.gif",
            gif(),
            vec![b"NETSCAPE2.0", &GIF[GIF.len() - 20..]],
            "image/gif",
        ),
    ] {
        let (about, bytes) = kept(&shop, name, file.clone()).await;
        assert_no_secret(name, &bytes);
        assert!(bytes.len() < file.len(), "{name}");
        for part in parts {
            assert!(contains(&bytes, part), "{name}");
        }
        let size = (&about["width"], &about["height"], &about["mediaType"]);
        assert_eq!(
            size,
            (&json!(16), &json!(8), &json!(mime)),
            "{name} {about}"
        );
    }
    for brand in [b"heic", b"avif"] {
        let (file, coded) = heic(brand);
        let (about, bytes) = kept(&shop, "a.heic", file.clone()).await;
        assert_no_secret("a.heic", &bytes);
        assert_eq!(about["kind"], "FILE", "{about}");
        // Offsets stay valid, so that programs find everything.
        assert_eq!(bytes.len(), file.len());
        let pixels = |file: &[u8]| file.windows(coded.len()).position(|part| part == coded);
        let end = pixels(&file).unwrap() + coded.len();
        assert_eq!(bytes[..end], file[..end]);
    }
    let (about, bytes) = kept(&shop, "a.tiff", TIFF.to_vec()).await;
    assert_eq!(
        (&about["mediaType"], &about["state"]),
        (&json!("image/tiff"), &json!("HERE"))
    );
    assert_no_secret("a.tiff", &bytes);
    assert_eq!(bytes.len(), TIFF.len());
    shop.close().await;
}

#[tokio::test]
async fn files_without_metadata_stay_unchanged_and_broken_ones_are_kept() {
    let shop = shop().await;
    let cut = |file: &[u8]| file[..file.len() - 30].to_vec();
    for (name, file) in [
        ("plain.jpg", JPEG.to_vec()),
        ("plain.jpg", PROGRESSIVE.to_vec()),
        ("plain.webp", WEBP.to_vec()),
        ("plain.gif", GIF.to_vec()),
        // Truncated, as by a camera that lost power.
        ("cut.jpg", cut(JPEG)),
        ("cut.gif", cut(GIF)),
        ("cut.png", cut(PNG)),
        ("cut.webp", cut(WEBP)),
    ] {
        let (about, bytes) = kept(&shop, name, file.clone()).await;
        assert_eq!(about["state"], "HERE", "{name}");
        assert!(
            bytes == file,
            "{name} was changed: {} and {}",
            bytes.len(),
            file.len()
        );
    }
    shop.close().await;
}
