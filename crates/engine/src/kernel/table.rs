//! The table of kernels: one set of functions for each instruction set.

use super::reference;

/// A set of functions that do the heavy arithmetic. All kernels give the same bits.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    name: &'static str,
    pub(crate) sum_rows_8: fn(rows: &[u8], ids: &[u32], sum: &mut [i32]),
    pub(crate) sum_rows_4: fn(rows: &[u8], ids: &[u32], sum: &mut [i32]),
    pub(crate) dot: fn(weights: &[u8], inputs: &[i16]) -> i32,
}

impl Kernel {
    /// Every kernel that this machine can run, the fastest first.
    #[must_use]
    pub const fn available() -> &'static [Self] {
        &[Self::REFERENCE]
    }

    /// The plain kernel that defines what all others compute. It runs everywhere.
    pub const REFERENCE: Self = Self {
        name: "reference",
        sum_rows_8: reference::sum_rows_8,
        sum_rows_4: reference::sum_rows_4,
        dot: reference::dot,
    };

    /// The fastest kernel that this machine can run.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().first().copied().unwrap_or(Self::REFERENCE)
    }

    /// The kernel of this name, if this machine can run it.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::available().iter().find(|kernel| kernel.name == name).copied()
    }

    /// Its name, such as `reference`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}
