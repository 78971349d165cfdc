//! How much is set aside where the data has no such split.

/// Shares of the rows that are set aside where the data itself has no such split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitShares {
    /// Share of the training rows to tune on, from 0 up to but not including 1.
    pub valid: f64,
    /// Share of the rows to judge on, from 0 up to but not including 1.
    pub test: f64,
}

impl Default for SplitShares {
    fn default() -> SplitShares {
        SplitShares { valid: 0.1, test: 0.1 }
    }
}
