//! The texts that every golden model is asked: ordinary ones, and the corners of Unicode and of length.

use super::table::Question;

/// Name and text.
const TEXTS: [(&str, &str); 80] = [
    ("command", "turn the kitchen lights off"),
    ("question", "what is the temperature in the bedroom?"),
    ("capitals", "TURN THE KITCHEN LIGHTS OFF"),
    ("mixed case", "tUrN tHe KiTcHeN lIgHtS oFf"),
    ("title case", "Turn The Kitchen Lights Off"),
    ("one word", "lights"),
    ("one letter", "a"),
    ("one digit", "7"),
    ("numbers", "set it to 21.5 degrees at 07:45, 30%"),
    ("other digits", "set it to \u{662}\u{661} \u{ff12}\u{ff11} \u{968}\u{967}"),
    ("punctuation", "turn, the; kitchen: lights... off!!!"),
    ("punctuation only", "?!.,;:-()[]{}\"'"),
    ("apostrophes", "don't, don\u{2019}t, dont, rock 'n' roll"),
    ("hyphens", "check-in e-mail co\u{2010}op well\u{2013}known \u{2014} yes"),
    ("underscores", "kitchen_lights_off __init__"),
    ("address of the web", "https://example.com/a?b=c&d=%20#e user@example.com"),
    ("code", "fn main() { println!(\"{}\", x[0] + 1); } // off"),
    ("markup", "<b>turn</b> the&nbsp;kitchen &amp; lights off"),
    ("quotes and backslashes", "\"off\" \\ \\n \\u0041 '\\''"),
    ("typo: letters changed places", "trun teh kicthen lihgts fof"),
    ("typo: letters missing", "trn th ktchen lghts of"),
    ("typo: letters doubled", "tturn thee kittchen lightss offf"),
    ("typo: neighbouring keys", "tirn tje kitcjen loghts odf"),
    ("words joined", "turnthekitchenlightsoff"),
    ("words torn", "t u r n the kit chen li ghts o f f"),
    ("words repeated", "off off off off off off off off"),
    ("words in another order", "off lights kitchen the turn"),
    ("slots: a choice, a percentage and a time", "set the bedroom lights to thirty percent at half past six"),
    ("slots: a choice misspelt", "the alternater of Karl and the cluthc"),
    ("slots: a choice misspelt twice", "turn on the thermstat and the heatng in the kithcen"),
    ("slots: a temperature tomorrow", "heat the living room to 21.5 \u{b0}C tomorrow at 7pm"),
    ("slots: a length of time", "set a timer for an hour and a half in the kitchen"),
    ("slots: none that is required", "activate the scene in the kitchen"),
    ("slots: unresolved", "dim the lights in the atrium to a bit more at some point on mondays"),
    (
        "slots: a part, a count, a person and a price",
        "order 4 brake pads for Tom at $12.50 each by next friday",
    ),
    ("slots: serials", "swap BX-2041 for ZR-9130 in the third bay, not bx-20 or KT-00771"),
    (
        "slots behind pictographs",
        "👨\u{200d}👩\u{200d}👧 💡 turn on the kitchen lights 🏽 at 18:30 👍 for José",
    ),
    (
        "slots decomposed",
        "send Jose\u{301} two oil \u{fb01}lters and turn on the li\u{200b}ghts in the kit\u{ad}chen",
    ),
    (
        "slots in wide letters",
        "\u{ff13}\u{ff10}% in the \u{ff4b}\u{ff49}\u{ff54}\u{ff43}\u{ff48}\u{ff45}\u{ff4e} for \u{ff34}\u{ff4f}\u{ff4d}, \u{ff22}\u{ff38}\u{ff0d}\u{ff12}\u{ff10}\u{ff14}\u{ff11}",
    ),
    ("slots in Japanese", "田中さんにブレーキパッドを4枚、2026-12-01にBX-2041を送ってください"),
    (
        "slots beyond what is read",
        "please order two oil filters and then three hoses and then six bolts and then nine washers and then ten fuses \
         for Anna and then a dozen spark plugs for Karl in the second bay",
    ),
    ("unknown words", "zyxwv qqqq flurb"),
    ("one known word among unknown", "zyxwv lights qqqq"),
    ("empty", ""),
    ("one space", " "),
    ("white space only", " \t\n\r\u{b}\u{c}\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{2029}\u{3000}"),
    ("spaces around", "   turn the kitchen lights off   "),
    ("spaces between", "turn  the   kitchen    lights     off"),
    ("tab and newline between", "turn\tthe\nkitchen\r\nlights off"),
    ("no-break and ideographic spaces", "turn\u{a0}the\u{202f}kitchen\u{3000}lights off"),
    ("byte order mark", "\u{feff}turn the kitchen lights off"),
    ("zero", "turn\u{0}the kitchen lights off"),
    ("control characters", "turn \u{1}\u{7}\u{8}the\u{1b}[31m kitchen \u{7f}\u{9f}lights off"),
    ("zero-width characters", "tu\u{200b}rn the kit\u{200d}chen li\u{2060}ghts o\u{ad}ff"),
    ("replacement character", "turn the \u{fffd}\u{fffd} lights off"),
    ("noncharacters", "turn \u{ffff} the \u{10ffff} lights \u{fdd0} off"),
    ("private use", "turn \u{e000} lights \u{f0000} off"),
    ("accents composed", "caf\u{e9} cr\u{e8}me na\u{ef}ve \u{c5}ngstr\u{f6}m \u{fc}ber"),
    ("accents decomposed", "cafe\u{301} cre\u{300}me nai\u{308}ve A\u{30a}ngstro\u{308}m u\u{308}ber"),
    ("accents stripped", "cafe creme naive Angstrom uber"),
    ("marks out of order", "a\u{301}\u{323} a\u{323}\u{301}"),
    (
        "a heap of marks",
        "o\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}f\u{337}f",
    ),
    ("a mark alone", "\u{301}"),
    (
        "compatibility",
        "\u{ff54}\u{ff55}\u{ff52}\u{ff4e} the \u{2460} \u{fb01}re \u{bd} \u{2122} \u{210c} off\u{b2}",
    ),
    ("German and Turkish", "stra\u{df}e STRA\u{1e9e}E \u{130}stanbul \u{131}\u{15f}\u{131}k I\u{307}"),
    (
        "Greek",
        "\u{391}\u{3bd}\u{3ac}\u{3c8}\u{3b5} \u{3c4}\u{3bf} \u{3c6}\u{3c9}\u{3c2} \u{3a3}\u{399}\u{3a3}\u{3a5}\u{3a6}\u{39f}\u{3a3}",
    ),
    (
        "Cyrillic",
        "\u{432}\u{44b}\u{43a}\u{43b}\u{44e}\u{447}\u{438} \u{421}\u{432}\u{435}\u{442} \u{439} \u{438}\u{306}",
    ),
    (
        "Arabic",
        "\u{623}\u{637}\u{641}\u{626} \u{627}\u{644}\u{623}\u{646}\u{648}\u{627}\u{631} \u{641}\u{650}\u{64a} \u{627}\u{644}\u{645}\u{637}\u{628}\u{62e}",
    ),
    ("Hebrew between Latin", "turn \u{5d0}\u{5d5}\u{5e8} \u{202b}\u{5db}\u{5d1}\u{5d4}\u{202c} off \u{200f}"),
    (
        "Hindi",
        "\u{930}\u{938}\u{94b}\u{908} \u{915}\u{940} \u{92c}\u{924}\u{94d}\u{924}\u{940} \u{92c}\u{902}\u{926} \u{915}\u{930}\u{94b}",
    ),
    ("Chinese", "今天天气怎么样"),
    ("Japanese", "東京駅までの切符をください。Wi-Fiはありますか"),
    ("Japanese half width and voiced", "ｶﾞｷﾞ か\u{3099} が ー"),
    ("Korean", "\u{bd80}\u{c5cc} \u{bd88} \u{aebc}\u{c918} \u{1107}\u{116e}\u{110b}\u{1165}\u{11bf}"),
    ("Thai", "วันนี้อากาศเป็นอย่างไร"),
    (
        "Lao, Khmer and Burmese",
        "\u{ea1}\u{eb7}\u{ec9}\u{e99}\u{eb5}\u{ec9} \u{1790}\u{17d2}\u{1784}\u{17c3}\u{1793}\u{17c1}\u{17c7} \u{101a}\u{1014}\u{1031}\u{1037}",
    ),
    ("scripts without and with spaces", "今天lights天气off明日kitchenวันนี้7時"),
    ("ideographs beyond plane 0", "\u{20000}\u{2a6a5} \u{3106c} 𠮷野家"),
    ("emoji", "👍 💡 off 🔥🔥🔥"),
    (
        "emoji of several characters",
        "👨\u{200d}👩\u{200d}👧 👍🏽 ❤\u{fe0f} 🇩🇪 1\u{fe0f}\u{20e3} 🏴\u{e0067}\u{e0062}\u{e007f}",
    ),
];

/// The texts, the long ones last.
pub(super) fn texts() -> impl Iterator<Item = Question> {
    let long = [
        ("a word of 64 letters", "a".repeat(64)),
        ("a word of 65 letters", "a".repeat(65)),
        ("a word of 4096 letters", "ab".repeat(2048)),
        ("a word of 4097 letters", "ab".repeat(2048) + "a"),
        ("4097 ideographs", "灯".repeat(4097)),
        ("10000 characters", "turn the kitchen lights off ".chars().cycle().take(10_000).collect()),
        ("10000 spaces and a word", " ".repeat(10_000) + "off"),
        ("1000 marks on a letter", "o".to_string() + &"\u{301}".repeat(1000) + "ff"),
    ];
    let short = TEXTS.into_iter().map(|(name, text)| (name, text.to_string()));
    short.chain(long).map(|(name, text)| Question { name: name.to_string(), text })
}

#[cfg(test)]
mod tests {
    use super::texts;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_texts_are_unique() {
        let all: Vec<_> = texts().collect();
        assert!(all.len() >= 60);
        assert_eq!(all.iter().map(|one| &one.name).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|one| &one.text).collect::<BTreeSet<_>>().len(), all.len());
    }
}
