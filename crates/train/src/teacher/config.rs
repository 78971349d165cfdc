//! The shape of an encoder, as its `config.json` tells it.

use super::error::TeacherError;
use super::folder::Folder;
use serde::Deserialize;

/// The largest value that any size may have.
const MOST: usize = 1 << 20;

/// The shape of an encoder.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Numbers of a token's state.
    pub(crate) dim: usize,
    /// Numbers of the layer between.
    pub(crate) between: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Rows of the table of tokens.
    pub(crate) vocabulary: usize,
    /// Rows of the table of kinds of text, the first of which is used; 0 where there is no such table.
    pub(crate) kinds: usize,
    /// Whether layers have the names of MPNet's, and tokens see each other by how far apart they are, too.
    pub(crate) mpnet: bool,
    /// Rows of the table of positions.
    pub(crate) positions: usize,
    /// The row of the first token.
    pub(crate) first_position: usize,
    /// What is added to a variance.
    pub(crate) epsilon: f64,
}

/// What is read of the file.
#[derive(Deserialize)]
struct Raw {
    model_type: String,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "two")]
    type_vocab_size: usize,
    #[serde(default = "tiny")]
    layer_norm_eps: f64,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
    #[serde(default)]
    pad_token_id: Option<usize>,
    #[serde(default)]
    relative_attention_num_buckets: Option<usize>,
}

fn two() -> usize {
    2
}

fn tiny() -> f64 {
    1e-12
}

impl Config {
    /// How many kinds of distance MPNet tells apart.
    pub(crate) const BUCKETS: usize = 32;
    /// The name of the file.
    pub(crate) const FILE: &str = "config.json";

    /// Reads the file, given its bytes.
    pub(crate) fn read(folder: &Folder, bytes: &[u8]) -> Result<Self, TeacherError> {
        let raw: Raw = folder.json(Self::FILE, bytes)?;
        let wrong = |what: String| Err(TeacherError::new(&folder.path(Self::FILE), what));
        let first_position = match raw.model_type.as_str() {
            "bert" => 0,
            // Positions are counted from behind the row of the padding.
            "roberta" | "xlm-roberta" | "mpnet" => raw.pad_token_id.unwrap_or(1).saturating_add(1),
            other => {
                return wrong(format!(
                    "the model type `{other}` is not supported; take an encoder of the type bert, roberta, xlm-roberta or mpnet"
                ));
            }
        };
        let activation = raw.hidden_act.as_deref().unwrap_or("gelu");
        if activation != "gelu" {
            return wrong(format!(
                "the activation `{activation}` is not supported; take an encoder with `gelu`"
            ));
        }
        let positions = raw.position_embedding_type.as_deref().unwrap_or("absolute");
        if positions != "absolute" {
            return wrong(format!(
                "positions of the type `{positions}` are not supported; take an encoder with `absolute`"
            ));
        }
        let mpnet = raw.model_type == "mpnet";
        let buckets = raw.relative_attention_num_buckets.unwrap_or(Self::BUCKETS);
        if mpnet && buckets != Self::BUCKETS {
            return wrong(format!(
                "`relative_attention_num_buckets` is {buckets}, not {}; take the file as it was published",
                Self::BUCKETS
            ));
        }
        let sizes = [
            ("hidden_size", raw.hidden_size),
            ("intermediate_size", raw.intermediate_size),
            ("num_hidden_layers", raw.num_hidden_layers),
            ("num_attention_heads", raw.num_attention_heads),
            ("vocab_size", raw.vocab_size),
            ("type_vocab_size", raw.type_vocab_size),
            ("max_position_embeddings", raw.max_position_embeddings),
        ];
        for (name, size) in sizes {
            if !(1..=MOST).contains(&size) {
                return wrong(format!(
                    "`{name}` is {size}, not 1 to {MOST}; take the file as it was published"
                ));
            }
        }
        if !raw.hidden_size.is_multiple_of(raw.num_attention_heads) {
            return wrong(format!(
                "{} numbers do not divide among {} heads; take the file as it was published",
                raw.hidden_size, raw.num_attention_heads
            ));
        }
        if raw.max_position_embeddings.saturating_sub(first_position) < 3 {
            return wrong(format!(
                "{} positions leave no room for a text; take the file as it was published",
                raw.max_position_embeddings
            ));
        }
        if !(raw.layer_norm_eps > 0.0 && raw.layer_norm_eps < 1.0) {
            return wrong(format!(
                "`layer_norm_eps` is {}, not between 0 and 1; take the file as it was published",
                raw.layer_norm_eps
            ));
        }
        Ok(Self {
            dim: raw.hidden_size,
            between: raw.intermediate_size,
            layers: raw.num_hidden_layers,
            heads: raw.num_attention_heads,
            vocabulary: raw.vocab_size,
            kinds: if mpnet { 0 } else { raw.type_vocab_size },
            mpnet,
            positions: raw.max_position_embeddings,
            first_position,
            epsilon: raw.layer_norm_eps,
        })
    }

    /// The most tokens of a text.
    pub(crate) fn most_tokens(&self) -> usize {
        self.positions - self.first_position
    }
}
