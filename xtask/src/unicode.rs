//! Writes `crates/engine/src/text/tables.rs`: what becomes of every character, in a few kilobytes.
//!
//! The rules (which characters are dropped, folded, left alone) are stated here, the Unicode data comes from the
//! ICU4X crates pinned in `Cargo.toml`. How the tables are read is stated in `normalize.rs` of the engine.

use icu_casemap::CaseMapper;
use icu_normalizer::properties::{
    CanonicalCombiningClassMap, CanonicalComposition, CanonicalDecomposition, Decomposed,
};
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::props::{Alphabetic, DefaultIgnorableCodePoint, GeneralCategory, Script, WhiteSpace};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The Unicode version of the pinned ICU4X data crates (their README states it).
const UNICODE: &str = "18.0.0";

/// Characters from here on need no table: see `beyond`.
const TABLED: u32 = 0x2_0000;

// Kinds, classes and bits of an entry, as `normalize.rs` reads them.
const DROP: u32 = 0;
const SAME: u32 = 1;
const SHIFT: u32 = 2;
const FIXED: u32 = 3;
const MARK: u32 = 4;
const EXPAND: u32 = 5;
const JOINS: u32 = 1 << 6;
const SPACE: u32 = 0;
const LETTER: u32 = 1;
const DIGIT: u32 = 2;
const UNSPACED: u32 = 3;
const SYMBOL: u32 = 4;

/// The scripts written without spaces between words.
const UNSPACED_SCRIPTS: [Script; 8] = [
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
    Script::Tibetan,
];

/// Unicode's data and the rules on top of it.
struct Rules {
    digits: BTreeMap<char, char>,
}

/// Everything that `tables.rs` holds.
struct Tables {
    entries: Vec<u32>,
    trie: Trie,
    run_keys: Vec<u32>,
    run_offsets: Vec<u32>,
    expansions: Vec<u32>,
    pairs: Vec<[u32; 3]>,
    /// Ranges of marks without a width: first and last.
    marks: Vec<(u32, u32)>,
}

/// Writes the tables into the engine, or, with `check`, fails when the file there differs from them.
pub(crate) fn run(check: bool) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/engine/src/text/tables.rs");
    let text = generate()?;
    if check {
        let found = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if found == text {
            return Ok(());
        }
        return Err(format!(
            "{}: differs from what its generator writes; run `cargo xtask unicode`",
            path.display()
        ));
    }
    let draft = path.with_extension("rs.tmp");
    std::fs::write(&draft, text)
        .and_then(|()| std::fs::rename(&draft, &path))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// The text of `tables.rs`.
pub(crate) fn generate() -> Result<String, String> {
    let rules = Rules::new()?;
    let tables = Tables::new(&rules)?;
    Ok(tables.text())
}

/// Every scalar value, in order.
fn scalars() -> impl Iterator<Item = char> {
    (0..=0x10_FFFF).filter_map(char::from_u32)
}

impl Rules {
    fn new() -> Result<Self, String> {
        // Decimal digits come in runs of ten, from zero to nine; some scripts' runs touch one another.
        let category = CodePointMapData::<GeneralCategory>::new();
        let mut digits = BTreeMap::new();
        let mut run = 0;
        let mut last = None;
        for c in scalars().filter(|&c| category.get(c) == GeneralCategory::DecimalNumber) {
            if last.is_some_and(|last| last + 1 != c as u32) {
                if run != 0 {
                    return Err(format!("the decimal digits before {c:?} are not ten"));
                }
                run = 0;
            }
            digits.insert(c, char::from(b'0' + run));
            run = (run + 1) % 10;
            last = Some(c as u32);
        }
        Ok(Self { digits })
    }

    /// The full compatibility decomposition, except that a spacing accent (`¨`, `˝`, `゛`) stays itself: Unicode makes it
    /// a space and a mark, which would tear the word it is typed in.
    fn decompose(&self, text: &str) -> String {
        let mut out = String::new();
        for c in DecomposingNormalizer::new_nfd().normalize(text).chars() {
            let compat = DecomposingNormalizer::new_nfkd().normalize(c.encode_utf8(&mut [0; 4])).into_owned();
            if compat.len() > 1 && compat.starts_with(' ') {
                out.push(c);
            } else {
                out.push_str(&compat);
            }
        }
        DecomposingNormalizer::new_nfd().normalize(&out).into_owned()
    }

    /// One round of what happens to a decomposed character.
    fn fold(&self, c: char, out: &mut String) {
        if let Some(&digit) = self.digits.get(&c) {
            return out.push(digit);
        }
        if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) {
            return;
        }
        let category = CodePointMapData::<GeneralCategory>::new().get(c);
        if category == GeneralCategory::Control || CodePointSetData::new::<WhiteSpace>().contains(c) {
            return out.push(' ');
        }
        match c {
            '\u{2018}'..='\u{201B}' | '\u{2039}' | '\u{203A}' | '\u{2BC}' | '\u{B4}' => out.push('\''),
            '\u{201C}'..='\u{201F}' | '\u{AB}' | '\u{BB}' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            'ς' => out.push('σ'),
            // The one character whose full lowercase differs from the simple one, İ, comes decomposed.
            _ => out.push(CaseMapper::new().simple_lowercase(c)),
        }
    }

    /// What a character becomes, fully decomposed: decomposition and folding repeated until nothing changes.
    fn mapped(&self, c: char) -> Result<String, String> {
        let mut text = self.decompose(c.encode_utf8(&mut [0; 4]));
        for _ in 0..8 {
            let mut next = String::new();
            text.chars().for_each(|c| self.fold(c, &mut next));
            let next = self.decompose(&next);
            if next == text {
                return Ok(text);
            }
            text = next;
        }
        Err(format!("the mapping of {c:?} never settles"))
    }

    /// The class of a character that maps to itself.
    fn class(&self, c: char) -> u32 {
        use GeneralCategory as G;
        let category = CodePointMapData::<G>::new().get(c);
        let extensions = ScriptWithExtensions::new();
        let unspaced = extensions.get_script_extensions_val(c).iter().all(|script| UNSPACED_SCRIPTS.contains(&script))
                // Voicing marks of the kana: inherited, so they carry no script of their own.
                || matches!(c, '\u{3099}' | '\u{309A}');
        let number = matches!(category, G::DecimalNumber | G::LetterNumber | G::OtherNumber);
        let mark = matches!(category, G::NonspacingMark | G::SpacingMark);
        let letter = CodePointSetData::new::<Alphabetic>().contains(c)
            || matches!(
                category,
                G::UppercaseLetter
                    | G::LowercaseLetter
                    | G::TitlecaseLetter
                    | G::ModifierLetter
                    | G::OtherLetter
            );
        match c {
            ' ' => SPACE,
            '0'..='9' => DIGIT,
            // Planes 2 and 3 are set aside for ideographs.
            '\u{20000}'..='\u{3FFFF}' => UNSPACED,
            _ if !(letter || mark || number) => SYMBOL,
            _ if unspaced => UNSPACED,
            _ => LETTER,
        }
    }
}

/// What `normalize.rs` takes a character outside the tables for.
fn beyond(code: u32) -> u32 {
    match code {
        0x2_F800..0x2_FA1E => EXPAND,
        0x2_0000..0x4_0000 => SAME | UNSPACED << 3,
        0xE_0000..0xE_1000 => DROP,
        _ => SAME | SYMBOL << 3,
    }
}

impl Tables {
    fn new(rules: &Rules) -> Result<Self, String> {
        let composition = CanonicalComposition::new();
        let decomposition = CanonicalDecomposition::new();
        let combining = CanonicalCombiningClassMap::new();

        let mut composed = BTreeMap::new();
        for c in scalars() {
            let mapped = rules.mapped(c)?;
            composed.insert(c, ComposingNormalizer::new_nfc().normalize(&mapped).into_owned());
        }
        let stable = |c: char| composed.get(&c).is_some_and(|text| text.chars().eq([c]));

        // Hangul composes by arithmetic, and every pair is of characters that map to themselves.
        let mut pairs = vec![['i' as u32, 0x307, 'i' as u32]];
        for c in scalars().filter(|c| !('가'..='힣').contains(c)) {
            let Decomposed::Expansion(a, b) = decomposition.decompose(c) else { continue };
            if composition.compose(a, b) != Some(c) {
                continue;
            }
            match (stable(a) && stable(b), stable(c)) {
                (true, true) => pairs.push([a as u32, b as u32, c as u32]),
                (false, false) => {}
                _ => {
                    return Err(format!(
                        "{a:?} + {b:?} = {c:?}: one side maps to itself, the other does not"
                    ));
                }
            }
        }
        pairs.sort_unstable();
        let seconds: BTreeSet<u32> =
            pairs.iter().map(|pair| pair[1]).chain(0x1161..=0x1175).chain(0x11A8..=0x11C2).collect();
        let joins = |c: char| if seconds.contains(&(c as u32)) { JOINS } else { 0 };

        // What each character is, apart from those that become one other character: of these, the commonest targets
        // and distances get an entry, as far as the 256 entries of a byte reach; the rest are spelt out as expansions.
        let mut kinds: BTreeMap<char, u32> = BTreeMap::new();
        let mut single: BTreeMap<char, char> = BTreeMap::new();
        for (&c, text) in &composed {
            let mut rest = text.chars();
            let kind = match (rest.next(), rest.next()) {
                (None, _) => DROP,
                (Some(t), None) if t == c => match combining.get_u8(c) {
                    0 => SAME | rules.class(c) << 3 | joins(c),
                    class => MARK | rules.class(c) << 3 | joins(c) | u32::from(class) << 8,
                },
                (Some(t), None) if (c as u32) < TABLED && combining.get_u8(t) == 0 && joins(t) == 0 => {
                    single.insert(c, t);
                    continue;
                }
                _ => EXPAND,
            };
            kinds.insert(c, kind);
        }
        let mut entries: BTreeSet<u32> = kinds.values().copied().collect();
        while entries.len() < 256 && !single.is_empty() {
            let mut votes: BTreeMap<u32, u32> = BTreeMap::new();
            for (&c, &t) in &single {
                for entry in [fixed(rules, t), shifted(rules, c, t)] {
                    *votes.entry(entry).or_default() += 1;
                }
            }
            let Some((&best, &count)) = votes.iter().max_by_key(|(_, count)| **count) else { break };
            if count < 2 {
                break;
            }
            entries.insert(best);
            single.retain(|&c, &mut t| {
                let taken = best == fixed(rules, t) || best == shifted(rules, c, t);
                if taken {
                    kinds.insert(c, best);
                }
                !taken
            });
        }
        kinds.extend(single.keys().map(|&c| (c, EXPAND)));
        let entries: Vec<u32> = entries.into_iter().collect();

        for (&c, &kind) in kinds.range(char::from_u32(TABLED).unwrap_or_default()..) {
            if beyond(c as u32) != kind {
                return Err(format!("U+{:X}: `beyond` no longer tells what it is", c as u32));
            }
        }

        let (run_keys, run_offsets, expansions) = runs(&kinds, &composed)?;
        let leaf = |code: u32| {
            let kind = char::from_u32(code).and_then(|c| kinds.get(&c)).unwrap_or(&DROP);
            entries.binary_search(kind).ok().filter(|&at| at < 256).map(|at| at as u32)
        };
        let leaves: Vec<u32> =
            (0..TABLED).map(leaf).collect::<Option<_>>().ok_or("more than 256 kinds of characters")?;
        let trie = Trie::smallest(&leaves).ok_or("no trie")?;
        Ok(Self { entries, trie, run_keys, run_offsets, expansions, pairs, marks: marks() })
    }
}

/// The ranges of characters of the general category Mn.
fn marks() -> Vec<(u32, u32)> {
    let category = CodePointMapData::<GeneralCategory>::new();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for c in scalars().filter(|&c| category.get(c) == GeneralCategory::NonspacingMark) {
        let code = c as u32;
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == code => *last = code,
            _ => ranges.push((code, code)),
        }
    }
    ranges
}

/// The entry of a character that becomes `t`.
fn fixed(rules: &Rules, t: char) -> u32 {
    FIXED | rules.class(t) << 3 | (t as u32) << 8
}

/// The entry of a character that becomes the one at the distance from `c` to `t`.
fn shifted(rules: &Rules, c: char, t: char) -> u32 {
    SHIFT | rules.class(t) << 3 | (t as u32).wrapping_sub(c as u32) << 8
}

type Runs = (Vec<u32>, Vec<u32>, Vec<u32>);

/// Neighbouring characters whose expansions have the same length, as runs over one array of UTF-16.
fn runs(kinds: &BTreeMap<char, u32>, composed: &BTreeMap<char, String>) -> Result<Runs, String> {
    let mut found: Vec<(u32, usize, Vec<u32>)> = Vec::new();
    for (&c, _) in kinds.iter().filter(|(_, kind)| **kind == EXPAND) {
        let units: Vec<u32> =
            composed.get(&c).map(|text| text.encode_utf16().map(u32::from).collect()).unwrap_or_default();
        match found.last_mut() {
            Some((start, length, all))
                if *length == units.len() && *start as usize + all.len() / *length == c as usize =>
            {
                all.extend(units);
            }
            _ => found.push((c as u32, units.len(), units)),
        }
    }
    // Longest first, so that the short ones are found inside the long ones.
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(found[at].2.len()));
    let mut expansions: Vec<u32> = Vec::new();
    let mut offsets = vec![0; found.len()];
    for at in order {
        let units = &found[at].2;
        let offset = match expansions.windows(units.len()).position(|window| window == units) {
            Some(offset) => offset,
            None => {
                expansions.extend(units);
                expansions.len() - units.len()
            }
        };
        offsets[at] = offset as u32;
    }
    let mut keys = Vec::new();
    for (start, length, _) in &found {
        keys.push(start << 8 | u32::try_from(*length).map_err(|error| error.to_string())?);
    }
    Ok((keys, offsets, expansions))
}

/// A map from code points to bytes: `roots` by the high bits, `middles` by the next, `blocks` by the low ones.
struct Trie {
    low_bits: u32,
    middle_bits: u32,
    roots: Vec<u32>,
    middles: Vec<u32>,
    blocks: Vec<u32>,
}

impl Trie {
    fn smallest(leaves: &[u32]) -> Option<Self> {
        let tries = (3..7).flat_map(|low_bits| (2..7).map(move |middle_bits| (low_bits, middle_bits)));
        let tries = tries.map(|(low_bits, middle_bits)| {
            let (numbers, blocks) = halve(leaves, low_bits);
            let (roots, middles) = halve(&numbers, middle_bits);
            Self { low_bits, middle_bits, roots, middles, blocks }
        });
        tries.min_by_key(|trie| {
            [&trie.roots, &trie.middles, &trie.blocks].map(|level| bytes(level)).iter().sum::<usize>()
        })
    }
}

/// Cuts a list into blocks of `2^bits` and keeps equal blocks once: the blocks' numbers, then the blocks.
fn halve(list: &[u32], bits: u32) -> (Vec<u32>, Vec<u32>) {
    let mut known: BTreeMap<&[u32], u32> = BTreeMap::new();
    let (mut numbers, mut blocks) = (Vec::new(), Vec::new());
    for block in list.chunks(1 << bits) {
        let number = *known.entry(block).or_insert_with(|| {
            blocks.extend_from_slice(block);
            ((blocks.len() - 1) >> bits) as u32
        });
        numbers.push(number);
    }
    (numbers, blocks)
}

/// The narrowest type that holds every value.
fn narrowest(values: &[u32]) -> &'static str {
    match values.iter().max() {
        Some(0x1_0000..) => "u32",
        Some(0x100..) => "u16",
        _ => "u8",
    }
}

/// Bytes of a list in its narrowest type.
fn bytes(values: &[u32]) -> usize {
    let width = match narrowest(values) {
        "u32" => 4,
        "u16" => 2,
        _ => 1,
    };
    width * values.len()
}

impl Tables {
    fn text(self) -> String {
        let mut entries = self.entries;
        entries.resize(256, DROP);
        let (low, high): (Vec<[u32; 3]>, Vec<[u32; 3]>) =
            self.pairs.iter().partition(|pair| pair.iter().all(|&c| c < 0x1_0000));
        let mut by_composite: Vec<(u32, u32)> =
            (0..).zip(&low).filter(|(_, pair)| pair[0] != pair[2]).map(|(at, pair)| (pair[2], at)).collect();
        by_composite.sort_unstable();
        let columns = |pairs: &[[u32; 3]], column: usize| pairs.iter().map(|pair| pair[column]).collect();
        let (starts, ends) = self.marks.iter().copied().unzip();
        let lists: [(&str, &str, Vec<u32>); 16] = [
            ("ENTRIES", "What can become of a character.", entries),
            ("ROOTS", "The group of middles, by a character's high bits.", self.trie.roots),
            ("MIDDLES", "The block, by group and middle bits.", self.trie.middles),
            ("BLOCKS", "The entry, by block and low bits.", self.trie.blocks),
            (
                "RUN_KEYS",
                "Neighbours that become several characters each: the first one, and the length of each.",
                self.run_keys,
            ),
            ("RUN_OFFSETS", "Where the texts of a run start in `EXPANSIONS`.", self.run_offsets),
            ("EXPANSIONS", "Texts in UTF-16, end to end.", self.expansions),
            (
                "FIRSTS",
                "Compositions in plane 0, in order of the first and second character: the first ones.",
                columns(&low, 0),
            ),
            ("SECONDS", "The second ones.", columns(&low, 1)),
            ("COMPOSITES", "What they make.", columns(&low, 2)),
            (
                "BY_COMPOSITE",
                "The compositions in order of what they make.",
                by_composite.iter().map(|pair| pair.1).collect(),
            ),
            ("HIGH_FIRSTS", "The compositions outside plane 0, likewise.", columns(&high, 0)),
            ("HIGH_SECONDS", "The second ones.", columns(&high, 1)),
            ("HIGH_COMPOSITES", "What they make.", columns(&high, 2)),
            ("MARK_STARTS", "Ranges of marks that take no space of their own (Mn): the first ones.", starts),
            ("MARK_ENDS", "The last ones.", ends),
        ];
        let mut out = format!(
            "//! What becomes of every character, Unicode {UNICODE}. Generated by `cargo xtask unicode`: do not edit.\n\
             //!\n\
             //! `normalize.rs` says how each table is read. {} bytes in all.\n",
            lists.iter().map(|(_, _, values)| bytes(values)).sum::<usize>(),
        );
        for (name, doc, value) in [
            ("TABLED", "The first character past the trie.", TABLED),
            ("LOW_BITS", "Bits of a character that count inside its block.", self.trie.low_bits),
            ("MIDDLE_BITS", "Bits above them that count inside the group of blocks.", self.trie.middle_bits),
        ] {
            out.push_str(&format!("\n/// {doc}\npub(super) const {name}: u32 = {value};\n"));
        }
        for (name, doc, values) in lists {
            let (unit, length) = (narrowest(&values), values.len());
            out.push_str(&format!(
                "\n/// {doc}\n#[rustfmt::skip]\npub(super) static {name}: [{unit}; {length}] = ["
            ));
            // Full, so that the first value starts a line.
            let mut column = 110;
            for value in values {
                let item = format!("{value},");
                if column + item.len() > 110 {
                    out.push_str("\n    ");
                    column = 4;
                }
                column += item.len();
                out.push_str(&item);
            }
            out.push_str("\n];\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_current() {
        assert_eq!(super::run(true), Ok(()));
    }
}
