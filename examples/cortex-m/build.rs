//! Hands the linker script, the model and what it needs to the compiler.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use stonechat_engine::{Engine, Model};

/// The model, where `STONECHAT_MODEL` names no other.
const MODEL: &str = "../../golden/models/v1/smart-home-8-bit.stone";

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::copy(here.join("memory.x"), out.join("memory.x"))?;
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg=-Tlink.x");
    println!("cargo:rerun-if-changed=memory.x");

    let path = here.join(env::var("STONECHAT_MODEL").unwrap_or_else(|_| MODEL.to_string()));
    let bytes = read(&path)?;
    let model = Model::open(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    // Pointers are wider here than there: this is enough for the board, which checks it.
    println!("cargo:rustc-env=STONECHAT_MEMORY={}", Engine::lent(&model));
    println!("cargo:rustc-env=STONECHAT_MODEL_FILE={}", path.display());
    println!("cargo:rerun-if-env-changed=STONECHAT_MODEL");
    println!("cargo:rerun-if-changed={}", path.display());

    // Empty where nobody asks for a replay.
    let suite = out.join("suite");
    println!("cargo:rerun-if-env-changed=STONECHAT_SUITE");
    match env::var("STONECHAT_SUITE") {
        Ok(path) => {
            println!("cargo:rerun-if-changed={path}");
            fs::write(&suite, read(Path::new(&path))?)?;
        }
        Err(_) => fs::write(&suite, [])?,
    }
    println!("cargo:rustc-env=STONECHAT_SUITE_FILE={}", suite.display());
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
