//! Where the examples of a task are.

use std::path::PathBuf;

use crate::format::ReadOptions;

/// Where the examples of a task are, and how they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataSource {
    /// Files and folders whose rows are all training rows, whatever they are named.
    pub train: Vec<PathBuf>,
    /// Files and folders whose rows are all validation rows.
    pub valid: Vec<PathBuf>,
    /// Files and folders whose rows are all test rows.
    pub test: Vec<PathBuf>,
    /// Files and folders whose splits are found in their names, keys and fields.
    pub path: Vec<PathBuf>,
    /// Files in those folders that are no data, as lists of values.
    pub not_data: Vec<PathBuf>,
    /// How they are read.
    pub options: ReadOptions,
}
