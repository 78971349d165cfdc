//! The golden models, each a task and a recipe.

use std::path::Path;
use stonechat_engine::format::Tier;
use stonechat_task::{Dataset, Example, Schema, Splits, Task};
use stonechat_train::{Recipe, Trainer};

/// A model to be trained.
pub(super) struct Golden {
    /// The name of its file, without the extension.
    pub(super) name: &'static str,
    /// The folder of its task, from the root of the repository.
    task: &'static str,
    /// Its tier, where the rows would make another one.
    tier: Option<Tier>,
    /// Whether its slots are left out.
    alone: bool,
    /// Whether a cheaper model answers first.
    cascade: bool,
    /// What its recipe has otherwise than the default.
    settings: &'static [(&'static str, &'static str)],
}

/// The models, chosen for the ways through the engine that they take. Small, because they stay for ever.
pub(super) const MODELS: [Golden; 11] = [
    // Labels and slots of many types together; the first example of the documentation.
    Golden {
        name: "smart-home",
        task: "crates/cli/templates/smart-home",
        tier: None,
        alone: false,
        cascade: false,
        settings: &[("max_size", "300000"), ("dim", "32"), ("units", "32")],
    },
    // The same with a recurrent layer of the labels' own. Only its cases go to the boards, whose flash has no room for its rows too.
    Golden {
        name: "layers",
        task: "crates/cli/templates/smart-home",
        tier: None,
        alone: false,
        cascade: false,
        settings: &[("max_size", "90000"), ("dim", "16"), ("units", "16"), ("label_units", "32")],
    },
    // Many labels, whose features share rows.
    Golden {
        name: "smart-home-8-bit",
        task: "crates/cli/templates/smart-home",
        tier: Some(Tier::Bag),
        alone: false,
        cascade: false,
        settings: &[("max_size", "120000"), ("bits", "8")],
    },
    // The same with two numbers of a row in a byte.
    Golden {
        name: "smart-home-4-bit",
        task: "crates/cli/templates/smart-home",
        tier: Some(Tier::Bag),
        alone: false,
        cascade: false,
        settings: &[("max_size", "60000"), ("bits", "4")],
    },
    // Few labels: a linear machine. Reads little of a text, so that short texts are cut too.
    Golden {
        name: "confirm",
        task: "golden/data/confirm",
        tier: None,
        alone: false,
        cascade: false,
        settings: &[("max_size", "40000"), ("max_characters", "64")],
    },
    // Any number of labels.
    Golden {
        name: "repairs",
        task: "golden/data/repairs",
        tier: None,
        alone: false,
        cascade: false,
        settings: &[("max_size", "60000")],
    },
    // Scripts without spaces.
    Golden {
        name: "travel",
        task: "golden/data/travel",
        tier: None,
        alone: false,
        cascade: false,
        settings: &[("max_size", "60000")],
    },
    // A look-up, of words and of scripts without spaces.
    Golden {
        name: "travel-lookup",
        task: "golden/data/travel",
        tier: Some(Tier::Lookup),
        alone: false,
        cascade: false,
        settings: &[],
    },
    // A small bag that answers first, and another that answers the rest.
    Golden {
        name: "smart-home-cascade",
        task: "crates/cli/templates/smart-home",
        tier: None,
        alone: true,
        cascade: true,
        settings: &[("max_size", "160000"), ("pieces", "400")],
    },
    // A tagger of labels alone, and a linear machine beside its network, which has hardly begun to learn.
    Golden {
        name: "smart-home-beside",
        task: "crates/cli/templates/smart-home",
        tier: Some(Tier::Tagger),
        alone: true,
        cascade: false,
        settings: &[
            ("max_size", "40000"),
            ("dim", "16"),
            ("units", "16"),
            ("linear_labels", "14"),
            ("epochs", "1"),
            ("least_steps", "0"),
        ],
    },
    // Slots without labels, in words and in a script without spaces. Reads few tokens, so that short texts are cut too.
    Golden {
        name: "parts",
        task: "golden/data/parts",
        tier: None,
        alone: false,
        cascade: false,
        settings: &[("max_size", "200000"), ("dim", "32"), ("units", "32"), ("max_tokens", "24")],
    },
];

/// The rows without their slots.
fn labelled(rows: &[Example]) -> Vec<Example> {
    rows.iter().map(|row| Example { slots: Vec::new(), ..row.clone() }).collect()
}

impl Golden {
    /// The rows of its task.
    pub(super) fn data(&self, root: &Path) -> Result<(Task, Splits), String> {
        let task = Task::read(&root.join(self.task)).map_err(|error| error.to_string())?;
        let splits = Dataset::read(&task).map_err(|error| error.to_string())?.split();
        Ok((task, splits))
    }

    /// Its file, trained.
    pub(super) fn train(&self, task: &Task, splits: &Splits) -> Result<Vec<u8>, String> {
        let failed = |error: &dyn std::fmt::Display| format!("golden model {}: {error}", self.name);
        let mut recipe = Recipe::default();
        for (key, value) in self.settings {
            recipe.set(key, value).map_err(|error| failed(&error))?;
        }
        let trainer = Trainer::new(recipe).threads(2);
        let labels =
            || Splits { train: labelled(&splits.train), valid: labelled(&splits.valid), ..splits.clone() };
        let splits = &if self.alone { labels() } else { splits.clone() };
        let bare = || Task { schema: Schema::default(), ..task.clone() };
        let task = &if self.alone { bare() } else { task.clone() };
        let trainer = match self.tier {
            Some(tier) => trainer.tier(tier),
            None => trainer,
        };
        let trained =
            if self.cascade { trainer.train_cascade(task, splits) } else { trainer.train(task, splits) };
        Ok(trained.map_err(|error| failed(&error))?.model)
    }
}
