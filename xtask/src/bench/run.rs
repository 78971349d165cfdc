//! All of it, in order.

use super::circumstances::{Circumstances, commit_date};
use super::encoder::{Beside, Encoder};
use super::figures;
use super::goals::judge;
use super::measure::{Measured, measure};
use super::options::Options;
use super::peers::Peers;
use super::prepare::prepare;
use super::record::Record;
use super::sets::{LARGE, What};
use super::side::{Side, compare};
use super::table::markdown;
use crate::program::installed;
use crate::ship;
use std::fs;
use std::path::{Path, PathBuf};

/// The data set on which fastText runs beside Stonechat.
const BESIDE: &str = "banking77";

/// Builds the command line, trains and measures every model, prints the table and writes the record.
///
/// # Errors
///
/// A target is missed, or nothing could be measured: a program fails, the data are missing or not the official rows.
pub(crate) fn run(root: &Path, options: &Options) -> Result<(), String> {
    let root = &fs::canonicalize(root).map_err(|error| format!("{}: {error}", root.display()))?;
    let mut circumstances = Circumstances::before(root)?;
    let data = folder(root, options.data.as_deref())?;
    let work = root.join("target/bench");
    let rows_folder = work.join("data");
    fs::create_dir_all(&rows_folder).map_err(|error| format!("{}: {error}", rows_folder.display()))?;
    let date = match &options.date {
        Some(date) => date.clone(),
        None => commit_date(root)?,
    };
    let out = options.out.clone().unwrap_or_else(|| place(root, options, &date, &circumstances));
    if !out.parent().is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir()) {
        return Err(format!("{}: its folder is not there; make it", out.display()));
    }
    eprintln!("building");
    let program = ship::build(root)?;
    let fasttext = installed("fasttext");
    if fasttext.is_none() {
        let hint = "fasttext: not installed, so it does not run beside Stonechat; apt-get install fasttext";
        if options.peers {
            return Err(hint.to_string());
        }
        eprintln!("{hint}");
    }
    let peers = match options.peers {
        true => Peers::measure(root, &data, &options.sets, &work)?,
        false => Peers::newest(root)?,
    };
    let encoder = Encoder::learn(root, options.teacher.as_deref(), &data, &options.sets, &work);
    let encoder =
        match encoder.map_err(|hint| format!("ONNX Runtime: it does not run beside Stonechat: {hint}")) {
            // Who names its folder wants it.
            Err(hint) if options.teacher.is_some() => return Err(hint),
            Err(hint) => {
                eprintln!("{hint}");
                Err(hint)
            }
            Ok(encoder) => Ok(encoder),
        };

    let mut models: Vec<Measured> = Vec::new();
    let mut side: Option<Side> = None;
    let mut beside: Vec<Beside> = Vec::new();
    for set in &options.sets {
        let theirs = peers.of(set);
        let rows = prepare(set, &data, &rows_folder)?;
        for wanted in set.models {
            let model = measure(&program, set, wanted, &rows, &theirs, &work)?;
            let reached: Vec<String> = [What::Accuracy, What::SlotF1, What::ExactMatch]
                .iter()
                .filter_map(|&what| Some(format!("{} {:.2} %", what.name(), model.test.share(what)? * 100.0)))
                .collect();
            eprintln!("{}: {}, trained in {:.1} s", model.name(), reached.join(", "), model.train.wall_s);
            if let Some(fasttext) =
                fasttext.as_deref().filter(|_| set.name == BESIDE && wanted.max_size == Some(LARGE))
            {
                side = Some(compare(&program, fasttext, &model, &rows, &theirs, &work)?);
            }
            if let Some(encoder) = encoder.as_ref().ok().filter(|encoder| encoder.is_for(&model)) {
                beside.push(encoder.compare(&program, &model, &rows, &work)?);
            }
            models.push(model);
        }
    }
    let figures = figures::measure(root)?;
    circumstances.after();

    let goals = judge(&models, side.as_ref(), &beside, &figures)?;
    let missed = goals.iter().filter(|goal| !goal.met).count();
    let all = goals.len();
    let record = Record {
        date,
        circumstances,
        peers: peers.file,
        goals,
        models,
        figures,
        side_by_side: side,
        encoder: beside,
        encoder_left_out: encoder.err(),
    };
    let table = markdown(&record);
    print!("{table}");
    record.write(&out, &table)?;
    eprintln!("{}: the record", out.display());
    if missed == 0 { Ok(()) } else { Err(format!("{missed} of {all} targets missed")) }
}

/// The folder of the data sets.
pub(super) fn folder(root: &Path, named: Option<&Path>) -> Result<PathBuf, String> {
    let named =
        named.map(Path::to_path_buf).or_else(|| std::env::var_os("STONECHAT_DATA").map(PathBuf::from));
    let folder = named.unwrap_or_else(|| root.join("../shared/data"));
    fs::canonicalize(&folder).map_err(|error| {
        format!("{}: {error}; point --data at the folder of the data sets", folder.display())
    })
}

/// Where the record goes unless told otherwise. One of some sets is not kept.
fn place(root: &Path, options: &Options, date: &str, circumstances: &Circumstances) -> PathBuf {
    let name = format!("{date}-{}.json", circumstances.commit.get(..8).unwrap_or(&circumstances.commit));
    root.join(if options.some { "target/bench" } else { "bench/record" }).join(name)
}
