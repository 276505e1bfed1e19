//! Texts of the demo's devices and conversations in both languages: each kind of device with its
//! possible faults and their repair prices.

use crate::domain::{Currency, Language};

/// A text in Russian and in English.
pub type Phrase = [&'static str; 2];

/// Returns the text in a language.
pub fn text_in(language: Language, [russian, english]: Phrase) -> &'static str {
    match language {
        Language::Russian => russian,
        Language::English => english,
    }
}

/// A kind of device.
pub struct Kind {
    pub name: Phrase,
    /// Brand and model of each.
    pub models: &'static [[&'static str; 2]],
    /// Accessories that may be left with it.
    pub accessories: &'static [Phrase],
    pub faults: &'static [Fault],
    /// Whether its serial number is an IMEI.
    pub has_imei: bool,
}

/// A fault of a device.
pub struct Fault {
    pub text: Phrase,
    /// Minimum and maximum price, in euros.
    pub price: [i64; 2],
    /// Whether the repair may wait for a part.
    pub part: bool,
    /// Whether a picture of a broken phone shows it.
    pub visible: bool,
}

const fn labour(text: Phrase, from: i64, to: i64) -> Fault {
    Fault {
        text,
        price: [from, to],
        part: false,
        visible: false,
    }
}

const fn part(text: Phrase, from: i64, to: i64) -> Fault {
    Fault {
        part: true,
        ..labour(text, from, to)
    }
}

pub const WORK_ON: Phrase = ["Ремонт и замена деталей", "Repair and replacement"];
pub const PART_FOR: Phrase = ["Запчасть", "Part"];
pub const SAFE: Phrase = ["В сейф", "To the safe"];
pub const SHORT: Phrase = ["Ошибка со сдачей", "Wrong change"];

const CHARGER: Phrase = ["зарядное устройство", "charger"];
const CASE: Phrase = ["чехол", "case"];
const BOX: Phrase = ["коробка и документы", "box and papers"];
const REMOTE: Phrase = ["пульт", "remote control"];
const NOTHING: Phrase = ["", ""];
const CABLE: Phrase = ["кабель питания", "power cable"];
const HOSE: Phrase = ["сливной шланг", "drain hose"];

pub const KINDS: [Kind; 14] = [
    Kind {
        name: ["телефон", "phone"],
        models: &[
            ["Apple", "iPhone 13"],
            ["Apple", "iPhone 11"],
            ["Samsung", "Galaxy A54"],
            ["Xiaomi", "Redmi Note 12"],
        ],
        accessories: &[NOTHING, CASE, CHARGER, BOX],
        faults: &[
            Fault {
                visible: true,
                ..part(
                    ["Разбит экран после падения", "Cracked screen after a fall"],
                    60,
                    180,
                )
            },
            part(
                [
                    "Быстро садится аккумулятор",
                    "The battery drains within hours",
                ],
                30,
                60,
            ),
            part(
                [
                    "Не заряжается, разъём болтается",
                    "Doesn't charge, the socket is loose",
                ],
                25,
                55,
            ),
            part(
                ["Хрипит разговорный динамик", "The earpiece crackles"],
                20,
                40,
            ),
            labour(
                ["Попала вода, не включается", "Got wet and doesn't turn on"],
                30,
                90,
            ),
        ],
        has_imei: true,
    },
    Kind {
        name: ["планшет", "tablet"],
        models: &[
            ["Samsung", "Galaxy Tab A8"],
            ["Apple", "iPad 9"],
            ["Huawei", "MatePad 11"],
        ],
        accessories: &[NOTHING, CASE, CHARGER],
        faults: &[
            part(
                [
                    "Треснуло стекло экрана",
                    "The glass of the screen is cracked",
                ],
                70,
                150,
            ),
            part(["Не держит заряд", "Doesn't hold a charge"], 40, 80),
            labour(
                ["Зависает на заставке", "Hangs at the start screen"],
                20,
                40,
            ),
        ],
        has_imei: false,
    },
    Kind {
        name: ["ноутбук", "laptop"],
        models: &[
            ["Lenovo", "IdeaPad 3"],
            ["Apple", "MacBook Air"],
            ["ASUS", "VivoBook 15"],
            ["HP", "Pavilion 14"],
        ],
        accessories: &[CHARGER, NOTHING, CASE],
        faults: &[
            labour(
                [
                    "Греется и выключается, шумит вентилятор",
                    "Overheats and turns off, the fan is loud",
                ],
                25,
                45,
            ),
            part(["Полосы на экране", "Stripes across the screen"], 90, 220),
            part(
                [
                    "Залита клавиатура, часть клавиш не работает",
                    "A drink was spilled on the keyboard, some keys are dead",
                ],
                50,
                110,
            ),
            part(
                [
                    "Не видит диск, не загружается",
                    "Doesn't see its disk, doesn't boot",
                ],
                60,
                130,
            ),
            part(
                ["Сломана петля крышки", "A hinge of the lid is broken"],
                40,
                80,
            ),
        ],
        has_imei: false,
    },
    Kind {
        name: ["телевизор", "TV"],
        models: &[
            ["LG", "43UP75006LF"],
            ["Samsung", "UE50AU7100"],
            ["Sony", "KD-43X75WL"],
        ],
        accessories: &[REMOTE, NOTHING],
        faults: &[
            part(
                [
                    "Звук есть, изображения нет",
                    "There is sound and no picture",
                ],
                60,
                120,
            ),
            part(
                ["Тёмное пятно на экране", "A dark patch on the screen"],
                50,
                110,
            ),
            labour(
                [
                    "Включается и сразу выключается",
                    "Turns on and off again at once",
                ],
                40,
                80,
            ),
        ],
        has_imei: false,
    },
    Kind {
        name: ["монитор", "monitor"],
        models: &[["Dell", "P2419H"], ["AOC", "24B2XH"]],
        accessories: &[CABLE, NOTHING],
        faults: &[
            part(["Мигает подсветка", "The backlight flickers"], 30, 70),
            labour(["Не видит сигнал по HDMI", "No signal over HDMI"], 20, 50),
        ],
        has_imei: false,
    },
    Kind {
        name: ["стиральная машина", "washing machine"],
        models: &[
            ["Bosch", "WLG20261"],
            ["Indesit", "IWSB 5085"],
            ["LG", "F2J3HS0W"],
        ],
        accessories: &[NOTHING, HOSE],
        faults: &[
            part(["Не сливает воду", "Doesn't drain the water"], 30, 60),
            part(["Гремит на отжиме", "Rattles when it spins"], 70, 130),
            part(
                [
                    "Не греет воду, ошибка на табло",
                    "Doesn't heat the water, shows an error",
                ],
                40,
                75,
            ),
            part(["Протекает снизу", "Leaks at the bottom"], 30, 70),
        ],
        has_imei: false,
    },
    Kind {
        name: ["холодильник", "fridge"],
        models: &[["Atlant", "XM 4208"], ["Bosch", "KGN39"]],
        accessories: &[NOTHING],
        faults: &[
            part(
                [
                    "Не морозит, компрессор работает",
                    "Doesn't cool, the compressor runs",
                ],
                70,
                140,
            ),
            part(
                [
                    "Намерзает лёд на задней стенке",
                    "Ice builds up on the back wall",
                ],
                40,
                80,
            ),
        ],
        has_imei: false,
    },
    Kind {
        name: ["кофемашина", "coffee machine"],
        models: &[["Philips", "EP1220"], ["De'Longhi", "ECAM 22.110"]],
        accessories: &[NOTHING, ["контейнер для воды", "water tank"]],
        faults: &[
            part(["Не мелет зёрна", "Doesn't grind the beans"], 50, 90),
            labour(
                [
                    "Просит очистку от накипи и не варит",
                    "Asks for descaling and doesn't brew",
                ],
                25,
                40,
            ),
            part(
                ["Вода течёт под машину", "Water runs out under the machine"],
                30,
                60,
            ),
        ],
        has_imei: false,
    },
    Kind {
        name: ["пылесос", "vacuum cleaner"],
        models: &[["Dyson", "V8"], ["Karcher", "WD 3"]],
        accessories: &[["щётка", "brush"], CHARGER, NOTHING],
        faults: &[
            part(
                [
                    "Работает две минуты и гаснет",
                    "Runs for two minutes and stops",
                ],
                40,
                80,
            ),
            labour(["Плохо тянет и воет", "Weak suction, howls"], 15, 35),
        ],
        has_imei: false,
    },
    Kind {
        name: ["принтер", "printer"],
        models: &[["HP", "LaserJet 107w"], ["Canon", "PIXMA G3410"]],
        accessories: &[CABLE, NOTHING],
        faults: &[
            labour(["Мнёт бумагу", "Jams the paper"], 20, 40),
            part(["Печатает с полосами", "Prints with stripes"], 25, 55),
            labour(["Не видит картридж", "Doesn't see its cartridge"], 15, 35),
        ],
        has_imei: false,
    },
    Kind {
        name: ["наушники", "headphones"],
        models: &[["Sony", "WH-1000XM4"], ["JBL", "Tune 510"]],
        accessories: &[CASE, NOTHING],
        faults: &[
            labour(["Не слышно левый канал", "No sound on the left"], 15, 30),
            part(["Не держат заряд", "Don't hold a charge"], 20, 40),
        ],
        has_imei: false,
    },
    Kind {
        name: ["микроволновка", "microwave"],
        models: &[["Samsung", "ME83"], ["LG", "MS20"]],
        accessories: &[["тарелка", "turntable"], NOTHING],
        faults: &[
            part(["Крутит, но не греет", "Turns but doesn't heat"], 30, 60),
            part(["Искрит внутри", "Sparks inside"], 20, 40),
        ],
        has_imei: false,
    },
    Kind {
        name: ["утюг", "iron"],
        models: &[["Tefal", "FV5688"], ["Philips", "GC4567"]],
        accessories: &[NOTHING],
        faults: &[
            labour(["Не даёт пар", "Gives no steam"], 10, 20),
            part(
                ["Не греет, перебит шнур", "Stays cold, the cord is broken"],
                10,
                25,
            ),
        ],
        has_imei: false,
    },
    Kind {
        name: ["игровая приставка", "game console"],
        models: &[["Sony", "PlayStation 5"], ["Microsoft", "Xbox Series S"]],
        accessories: &[["геймпад", "controller"], CABLE, NOTHING],
        faults: &[
            labour(["Перегревается и шумит", "Overheats and is loud"], 30, 50),
            part(["Не читает диски", "Doesn't read discs"], 50, 90),
        ],
        has_imei: false,
    },
];

pub const APPEARANCES: [Phrase; 5] = [
    NOTHING,
    ["царапины на корпусе", "scratches on the case"],
    ["потёртости", "signs of wear"],
    ["скол на углу", "a chip at one corner"],
    ["как новый", "as new"],
];
pub const SHELF: Phrase = ["полка", "shelf"];

/// Descriptions of consultations, which concern no device.
pub const QUESTIONS: [Phrase; 5] = [
    [
        "Чем чистить ноутбук и как часто",
        "How to clean a laptop, and how often",
    ],
    [
        "Сколько стоит замена экрана",
        "What a new screen would cost",
    ],
    ["Подобрать зарядное устройство", "Which charger to buy"],
    [
        "Есть ли смысл чинить старый телевизор",
        "Whether an old TV is worth repairing",
    ],
    [
        "Перенести контакты на новый телефон",
        "How to move contacts to a new phone",
    ],
];

/// Messages of customers to the bot.
pub const CUSTOMERS_ASK: [Phrase; 4] = [
    ["Когда можно забрать?", "When can I pick it up?"],
    ["Есть новости по ремонту?", "Any news about the repair?"],
    ["Можно сделать до пятницы?", "Could it be done by Friday?"],
    ["Можно оплатить картой?", "Can I pay by card?"],
];
/// Replies of staff, in the order of [`CUSTOMERS_ASK`].
pub const STAFF_ANSWER: [Phrase; 4] = [
    [
        "Завтра после четырёх, напишем.",
        "Tomorrow after four; we will write to you.",
    ],
    [
        "Мастер смотрит сегодня, напишем до вечера.",
        "The technician is on it today; we will write by the evening.",
    ],
    ["Да, успеваем.", "Yes, we can make that."],
    ["Да, картой или наличными.", "Yes, by card or in cash."],
];
/// The message that a customer sends with the picture of a broken phone.
pub const HOW_IT_LOOKS: Phrase = [
    "Упал вот так. Сколько будет стоить?",
    "This is how it fell. What will it cost?",
];
/// The text of a quote.
pub const OFFER: Phrase = [
    "Деталь и работа, гарантия три месяца.",
    "Part and labour, with a warranty of three months.",
];
/// The internal comment on a task that waits for a part.
pub const PART_ORDERED: Phrase = [
    "Деталь заказана, поставщик обещает в среду.",
    "Part ordered, the supplier promises Wednesday.",
];

/// Given names of women and of men.
pub const RUSSIAN_NAMES: [[&str; 8]; 2] = [
    [
        "Анна",
        "Ольга",
        "Мария",
        "Елена",
        "Наталья",
        "Татьяна",
        "Ирина",
        "Светлана",
    ],
    [
        "Пётр",
        "Сергей",
        "Иван",
        "Дмитрий",
        "Алексей",
        "Николай",
        "Михаил",
        "Андрей",
    ],
];
/// Surnames of men; those of women have an «а» appended.
pub const RUSSIAN_SURNAMES: [&str; 12] = [
    "Котов",
    "Лебедев",
    "Соколов",
    "Белов",
    "Зимин",
    "Орлов",
    "Крылов",
    "Титов",
    "Громов",
    "Жуков",
    "Панов",
    "Носов",
];
pub const ENGLISH_NAMES: [&str; 16] = [
    "Alice", "Oliver", "Emma", "Jack", "Sophie", "Harry", "Grace", "George", "Chloe", "Thomas",
    "Lucy", "James", "Hannah", "Daniel", "Megan", "Samuel",
];
pub const ENGLISH_SURNAMES: [&str; 12] = [
    "Baker", "Carter", "Cooper", "Foster", "Hughes", "Mason", "Palmer", "Parker", "Reed", "Turner",
    "Walker", "Wright",
];

/// Returns the amount of a currency, in whole units, that stands for one euro. The figures are
/// round ones, not exchange rates.
pub fn per_euro(currency: Currency) -> i64 {
    match currency.code() {
        "RUB" | "INR" | "PHP" => 100,
        "KZT" | "AMD" => 500,
        "UAH" | "TRY" | "THB" => 40,
        "UZS" | "VND" | "IDR" => 15_000,
        "CZK" => 25,
        "JPY" => 150,
        "PLN" | "BYN" | "GEL" => 4,
        _ => 1,
    }
}
