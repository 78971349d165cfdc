//! Static rows for word pieces, made from a pretrained encoder.

use super::file::MAX_DIM;
use super::frequency::weights;
use super::pieces::{keep, spoken};
use super::principal::project;
use super::quantize::quantize;
use super::write::Parts;
use crate::progress::{Listener, Progress};
use crate::teacher::{Batch, Config, Encoder, Folder, Piece, Pooling, TeacherError, Tokens};
use std::collections::BTreeMap;
use std::path::Path;
use stonechat_eval::digest;

/// Pieces in a batch.
const BATCH: usize = 256;

/// How a words asset is made.
#[derive(Clone, Debug)]
pub struct WordsSettings {
    /// The most pieces that are kept; single ASCII characters are kept in any case.
    pub pieces: usize,
    /// Numbers in a row: even, 2 to 1024 and no more than a state of the encoder has.
    pub dim: usize,
    /// Bits of a number: 4 or 8.
    pub bits: u32,
    /// The licence of the encoder, which is that of the rows, to be named in the file.
    pub licence: Option<String>,
    /// Where the rows come from.
    pub rows: WordsRows,
    /// A text of the language of the asset, or a list of its words: only pieces that it uses are kept, for vocabularies of many
    /// languages. Without it, all are.
    pub texts: Option<String>,
    /// Threads that compute; 0 for one a core. The asset does not depend on it.
    pub threads: usize,
}

impl Default for WordsSettings {
    fn default() -> Self {
        Self {
            pieces: 19_500,
            dim: 128,
            bits: 4,
            licence: None,
            rows: WordsRows::Encoder,
            texts: None,
            threads: 0,
        }
    }
}

/// Where the rows of a words asset come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordsRows {
    /// The mean of the encoder's last layer, for each piece as a text of its own.
    Encoder,
    /// The encoder's own table of its tokens, from which it begins.
    Table,
}

/// A words asset, and how it came out.
#[derive(Clone, Debug)]
pub struct WordsBuilt {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Pieces in it.
    pub pieces: usize,
    /// The share of the variance that the principal components keep: 0 to 1.
    pub kept: f64,
    /// The mean squared error of quantisation as a share of the mean square: 0 to 1.
    pub error: f64,
}

/// Makes a words asset from the encoder in a folder.
///
/// Each piece goes through the encoder alone, and the mean of its last layer is the row, or, as [`WordsRows`] has it, its row of the
/// encoder's table; rows are centred, projected onto
/// their principal components, scaled to a root mean square of 1, and quantised. The encoder computes in 64 bits, so that the
/// last bits, in which processors differ, vanish in the rounding.
///
/// # Errors
///
/// The file of the encoder that is missing or not supported, or the setting that breaks its range.
pub fn build_words(
    folder: &Path,
    settings: &WordsSettings,
    listener: &mut Listener<'_>,
) -> Result<WordsBuilt, TeacherError> {
    let mut tell = |stage, done: usize, total: usize| {
        listener(&Progress {
            stage,
            done: done as u64,
            total: total as u64,
            epoch: None,
            loss: None,
            rung: None,
        });
    };
    tell("reading", 0, 1);
    let folder = Folder::new(folder)?;
    let config = Config::read(&folder, &folder.read(Config::FILE)?)?;
    check(settings, &folder, &config)?;
    let tokens = Tokens::read(&folder, &folder.read(Tokens::FILE)?, config.vocabulary)?;
    let vocabulary = tokens.vocabulary(&folder)?;
    let spoken = settings.texts.as_deref().map(|text| spoken(&vocabulary, text));
    if spoken.as_ref().is_some_and(|spoken| !spoken.contains(&true)) {
        let what =
            "the texts use no piece of its vocabulary; give texts in a language that the encoder knows";
        return Err(TeacherError::new(&folder.path(Tokens::FILE), what));
    }
    let kept = keep(&vocabulary.pieces, settings.pieces, spoken.as_deref());
    let kept: Vec<&Piece> = kept.into_iter().map(|at| &vocabulary.pieces[at]).collect();
    if kept.len() <= settings.dim {
        let what = format!(
            "{} pieces are too few for rows of {} numbers; keep more pieces, or fewer numbers",
            kept.len(),
            settings.dim
        );
        return Err(TeacherError::new(&folder.path(Tokens::FILE), what));
    }
    let bytes = folder.read(Encoder::<f64>::FILE)?;
    let teacher = digest(&bytes);
    let mut encoder = Encoder::<f64>::read(&folder, config, &bytes)?;
    if settings.threads > 0 {
        encoder.threads = settings.threads;
    }
    drop(bytes);

    // Each token once, in the order of the pieces.
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    let mut ids: Vec<u32> = Vec::new();
    for &(id, _) in kept.iter().flat_map(|piece| &piece.tokens) {
        places.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() - 1
        });
    }
    let means = match settings.rows {
        WordsRows::Table => ids.iter().flat_map(|&id| encoder.word(id)).copied().collect(),
        WordsRows::Encoder => {
            let [begin, end] = tokens.ends(&folder)?;
            let texts = |ids: &[u32]| ids.iter().flat_map(|&id| [begin, id, end]).collect();
            let batches: Vec<Batch> =
                ids.chunks(BATCH).map(|ids| Batch { length: 3, tokens: texts(ids) }).collect();
            let mut done = 0;
            let means = encoder.pooled(&batches, Pooling::Mean, |texts| {
                done += texts;
                tell("encoding", done, ids.len());
            });
            means.map_err(|error| TeacherError::new(&folder.path(Encoder::<f64>::FILE), error))?
        }
    };
    let wide = encoder.dim();
    let mut rows = vec![0.0; kept.len() * wide];
    for (piece, row) in kept.iter().zip(rows.chunks_exact_mut(wide)) {
        for (id, share) in &piece.tokens {
            let token = &means[places[id] * wide..][..wide];
            row.iter_mut().zip(token).for_each(|(sum, number)| *sum += share * number);
        }
    }

    tell("projecting", 0, 1);
    let (mut rows, share) = project(&mut rows, wide, settings.dim);
    let square = rows.iter().map(|number| number * number).sum::<f64>() / rows.len() as f64;
    if !(square.is_finite() && square > 0.0) {
        let what = "all pieces have the same row; take the file as it was published";
        return Err(TeacherError::new(&folder.path(Encoder::<f64>::FILE), what));
    }
    rows.iter_mut().for_each(|number| *number /= square.sqrt());
    let rows = quantize(&rows, settings.dim, settings.bits);
    let error = rows.error;
    let pieces: Vec<String> = kept.iter().map(|piece| piece.text.clone()).collect();
    let parts = Parts {
        pieces: &pieces,
        dim: settings.dim,
        bits: settings.bits,
        rows,
        weights: &weights(&pieces),
        lowercase: vocabulary.lowercase,
        strip_accents: vocabulary.strip_accents,
        teacher: &teacher,
        licence: settings.licence.as_deref(),
    };
    let bytes = parts.write().map_err(|error| TeacherError::new(&folder.path(""), error))?;
    tell("projecting", 1, 1);
    Ok(WordsBuilt { bytes, pieces: pieces.len(), kept: share, error })
}

fn check(settings: &WordsSettings, folder: &Folder, config: &Config) -> Result<(), TeacherError> {
    let wrong = |what: String| Err(TeacherError::new(&folder.path(""), what));
    let most = config.dim.min(MAX_DIM);
    if settings.dim < 2 || settings.dim > most || !settings.dim.is_multiple_of(2) {
        return wrong(format!(
            "rows of {} numbers; the encoder gives even numbers of them from 2 to {most}",
            settings.dim
        ));
    }
    if !matches!(settings.bits, 4 | 8) {
        return wrong(format!("numbers of {} bits; choose 4 or 8", settings.bits));
    }
    Ok(())
}
