//! Regular expressions that a whole text matches.

use regex::Regex;
use regex_syntax::hir::Look;

/// The expression that matches the whole of a text where `pattern` does. The reason of a failure reads `what is
/// wrong; what to do`.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let parsed = regex_syntax::parse(pattern).map_err(|error| {
        // The first lines of the message draw the place, the last says what is wrong.
        let message = error.to_string();
        let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_string();
        format!("no regular expression: {last}; see the syntax of the crate regex (https://docs.rs/regex)")
    })?;
    let looks = parsed.properties().look_set();
    if looks.iter().any(|look| !matches!(look, Look::Start | Look::End)) {
        return Err(
            "looks at words or lines around it (as \\b does), but the whole span is matched; leave that \
                    out"
            .to_string(),
        );
    }
    Regex::new(&format!("\\A(?:{pattern})\\z")).map_err(|_| {
        "the expression does not hold within a group, or is too large; make it simpler".to_string()
    })
}
