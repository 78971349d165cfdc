//! Numbers below 10¹² in words, as they are spelled in each language.

const EN: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const EN_TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// `number` in parts of a thousand, largest first, each with its power: 0 for ones to 3 for thousands of millions.
fn parts(number: u64) -> impl Iterator<Item = (u64, usize)> {
    (0..4)
        .rev()
        .map(move |power| (number / 1000_u64.pow(power) % 1000, power as usize))
        .filter(|&(part, _)| part > 0)
}

fn joined(words: impl Iterator<Item = String>, between: &str) -> String {
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(between)
}

pub(super) fn english(number: u64) -> String {
    let below_hundred = |n: u64| match n {
        0..20 => EN[n as usize].to_string(),
        n if n % 10 == 0 => EN_TENS[n as usize / 10].to_string(),
        n => format!("{}-{}", EN_TENS[n as usize / 10], EN[n as usize % 10]),
    };
    let group = |n: u64| match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} hundred", EN[hundreds as usize]),
        (hundreds, rest) => format!("{} hundred and {}", EN[hundreds as usize], below_hundred(rest)),
    };
    if number == 0 {
        return "zero".into();
    }
    let powers = ["", " thousand", " million", " billion"];
    joined(parts(number).map(|(part, power)| group(part) + powers[power]), " ")
}

const DE: [&str; 20] = [
    "null",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const DE_TENS: [&str; 10] =
    ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];

pub(super) fn german(number: u64) -> String {
    let below_hundred = |n: u64| match n {
        0..20 => DE[n as usize].to_string(),
        n if n % 10 == 0 => DE_TENS[n as usize / 10].to_string(),
        n => format!("{}und{}", DE[n as usize % 10], DE_TENS[n as usize / 10]),
    };
    let group = |n: u64| match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{}hundert", DE[hundreds as usize]),
        (hundreds, rest) => format!("{}hundert{}", DE[hundreds as usize], below_hundred(rest)),
    };
    if number == 0 {
        return "null".into();
    }
    let large = joined(
        parts(number).filter(|&(_, power)| power > 1).map(|(part, power)| {
            let unit = if power == 2 { "Million" } else { "Milliarde" };
            let plural = if power == 2 { "Millionen" } else { "Milliarden" };
            if part == 1 { format!("eine {unit}") } else { format!("{} {plural}", group(part)) }
        }),
        " ",
    );
    let (thousands, ones) = (number / 1000 % 1000, number % 1000);
    let thousands = if thousands > 0 { group(thousands) + "tausend" } else { String::new() };
    let mut ones = if ones > 0 { group(ones) } else { String::new() };
    if number % 100 == 1 {
        ones.push('s');
    }
    joined([large, thousands + &ones].into_iter(), " ")
}

const ES: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const ES_TENS: [&str; 10] =
    ["", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
const ES_HUNDREDS: [&str; 10] = [
    "",
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
];

pub(super) fn spanish(number: u64) -> String {
    let below_hundred = |n: u64| match n {
        0..30 => ES[n as usize].to_string(),
        n if n % 10 == 0 => ES_TENS[n as usize / 10].to_string(),
        n => format!("{} y {}", ES_TENS[n as usize / 10], ES[n as usize % 10]),
    };
    let group = |n: u64| match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (1, 0) => "cien".into(),
        (hundreds, 0) => ES_HUNDREDS[hundreds as usize].to_string(),
        (hundreds, rest) => format!("{} {}", ES_HUNDREDS[hundreds as usize], below_hundred(rest)),
    };
    // "un" before mil and millones.
    let short = |n: u64| {
        let words = group(n);
        match words.strip_suffix("veintiuno") {
            Some(front) => format!("{front}veintiún"),
            None => words.strip_suffix("uno").map(|front| format!("{front}un")).unwrap_or(words),
        }
    };
    let below_million = |n: u64, last: &dyn Fn(u64) -> String| {
        let thousands = match n / 1000 {
            0 => String::new(),
            1 => "mil".into(),
            thousands => short(thousands) + " mil",
        };
        let ones = if n.is_multiple_of(1000) { String::new() } else { last(n % 1000) };
        joined([thousands, ones].into_iter(), " ")
    };
    let millions = match number / 1_000_000 {
        0 => String::new(),
        1 => "un millón".into(),
        millions => below_million(millions, &short) + " millones",
    };
    if number == 0 {
        return "cero".into();
    }
    joined([millions, below_million(number % 1_000_000, &group)].into_iter(), " ")
}

const FR: [&str; 17] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize",
];
const FR_TENS: [&str; 10] = [
    "",
    "dix",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "soixante",
    "quatre-vingt",
    "quatre-vingt",
];

pub(super) fn french(number: u64) -> String {
    let below_twenty = |n: u64| match n {
        0..17 => FR[n as usize].to_string(),
        n => format!("dix-{}", FR[n as usize - 10]),
    };
    let below_hundred = |n: u64| {
        let ten = n as usize / 10;
        let rest = if matches!(ten, 7 | 9) { n % 20 } else { n % 10 };
        if n < 20 {
            return below_twenty(n);
        }
        match (n, rest) {
            (80, _) => "quatre-vingts".into(),
            (_, 0) => FR_TENS[ten].to_string(),
            (21 | 31 | 41 | 51 | 61 | 71, rest) => format!("{} et {}", FR_TENS[ten], below_twenty(rest)),
            (_, rest) => format!("{}-{}", FR_TENS[ten], below_twenty(rest)),
        }
    };
    let group = |n: u64| match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (1, 0) => "cent".into(),
        (1, rest) => format!("cent {}", below_hundred(rest)),
        (hundreds, 0) => format!("{} cents", FR[hundreds as usize]),
        (hundreds, rest) => format!("{} cent {}", FR[hundreds as usize], below_hundred(rest)),
    };
    if number == 0 {
        return "zéro".into();
    }
    joined(
        parts(number).map(|(part, power)| match (part, power) {
            (part, 0) => group(part),
            (1, 1) => "mille".into(),
            (part, 1) => group(part) + " mille",
            (1, 2) => "un million".into(),
            (part, 2) => group(part) + " millions",
            (1, _) => "un milliard".into(),
            (part, _) => group(part) + " milliards",
        }),
        " ",
    )
}
