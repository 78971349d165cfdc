//! Breaking one rule of the format at a time.

use super::frame::{Parts, put};
use super::models::{TEXTS, ask};
use stonechat_engine::{Engine, Model, verify};

/// Opens a changed file, and asks it everything if it opens. Returns the message if it does not.
pub(crate) fn outcome(file: &[u8]) -> Option<String> {
    let model = match Model::open(file) {
        Ok(model) => model,
        Err(error) => return Some(error.to_string()),
    };
    let mut engine = Engine::new(&model);
    for text in TEXTS {
        ask(&mut engine, text);
    }
    let _ = verify(&model);
    None
}

/// Panics unless the file was refused for this rule, or opens where there is none.
pub(crate) fn hold(what: &str, found: Option<&String>, rule: Option<&str>) {
    match (found, rule) {
        (None, None) => {}
        (Some(found), Some(rule)) => assert!(found.contains(rule), "{what}: {found}; expected: {rule}"),
        _ => panic!("{what}: {found:?}; expected: {rule:?}"),
    }
}

/// A number to write, and the rule that then refuses the file, if one does.
pub(crate) type Case = (usize, u32, Option<&'static str>);

/// The section of this name.
pub(crate) fn section(parts: &mut Parts, name: [u8; 4]) -> &mut Vec<u8> {
    &mut parts.sections.iter_mut().find(|section| section.0 == name).expect("the section").2
}

/// Writes one number after another into a section of the file, and holds what comes of it.
pub(crate) fn hold_cases(parts: &Parts, name: [u8; 4], cases: &[Case]) {
    for &(at, value, rule) in cases {
        let mut parts = parts.clone();
        put(section(&mut parts, name), at, &value.to_le_bytes());
        let what = format!("{} at {at}: {value:#x}", name.escape_ascii());
        let found = outcome(&parts.join());
        hold(&what, found.as_ref(), rule);
        assert!(found.is_none_or(|found| found.contains(&*String::from_utf8_lossy(&name))), "{what}");
    }
}
