//! `cargo +nightly run --bin seeds`: small models and texts as a start for the corpora.

mod attack;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["open", "open_fixed"] {
        std::fs::create_dir_all(corpus.join(target))?;
        for (index, model) in attack::models::kinds().iter().enumerate() {
            std::fs::write(corpus.join(target).join(format!("kind-{index}")), model)?;
        }
    }
    std::fs::create_dir_all(corpus.join("predict"))?;
    for (index, text) in attack::models::TEXTS.iter().chain(&attack::taggers::ORDERS).enumerate() {
        std::fs::write(corpus.join("predict").join(format!("text-{index}")), text)?;
    }
    Ok(())
}
