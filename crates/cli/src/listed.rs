//! Lists for people.

/// How many labels or slots are listed for people.
pub(crate) const SHOWN: usize = 20;

/// How many there are, and the first of them.
pub(crate) fn listed(names: &[String]) -> String {
    let first = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if names.len() > SHOWN { ", ... (--json lists all)" } else { "" };
    match names.len() {
        0 => "none".to_string(),
        count => format!("{count}: {first}{more}"),
    }
}
