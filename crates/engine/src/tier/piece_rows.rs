//! The word pieces of a text and their table rows: what a pretrained encoder taught, as far as it fits in a table.

use crate::format::{Container, FormatError, Pieces, Rows, SectionKind};
use crate::kernel::Kernel;
use crate::text::{Piece, pieces};

/// Pieces gathered before their rows are added.
const GATHERED: usize = 32;

/// The word pieces that a model knows, and their rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PieceRows<'a> {
    pub(crate) pieces: Pieces<'a>,
    pub(crate) rows: Rows<'a>,
}

impl<'a> PieceRows<'a> {
    /// Those of a file, if it has any. Their rows are as long as those of the features.
    pub(crate) fn read(container: &Container<'a>, dim: u32) -> Result<Option<Self>, FormatError> {
        let kind = SectionKind::PieceRows;
        if container.find(SectionKind::Pieces).is_none() && container.find(kind).is_none() {
            return Ok(None);
        }
        // One without the other is half of what the answers depend on.
        let pieces = Pieces::read(container.section(SectionKind::Pieces)?)?;
        let rows = Rows::read(kind, container.section(kind)?)?;
        let broken = |rule| Err(FormatError::Section { kind, offset: 0, rule });
        if rows.buckets as usize != pieces.len() {
            return broken("there are not as many rows as pieces");
        }
        if rows.dim != dim {
            return broken("a row is not as long as those of the features");
        }
        Ok(Some(Self { pieces, rows }))
    }

    /// The most rows read and pieces looked up for so many characters; none in a model without pieces.
    pub(crate) fn worst_case(of: Option<&Self>, characters: u32) -> (u64, u64) {
        let characters = u64::from(characters);
        of.map_or((0, 0), |table| (characters, characters * u64::from(table.pieces.longest())))
    }

    /// Adds the rows of these pieces to a sum.
    #[inline]
    fn add(&self, kernel: &Kernel, rows: &[u32], sum: &mut [i32]) {
        let add = if self.rows.bits == 8 { kernel.sum_rows_8 } else { kernel.sum_rows_4 };
        add(self.rows.data, rows, sum);
    }

    /// Hands the pieces of a text to `sink`, in groups that `group` tells apart by where a piece begins: the group, and the sum of
    /// its rows with their number, or a part of it where there are many. Returns how many pieces are whole words.
    #[inline]
    pub(crate) fn sum(
        &self,
        text: &str,
        limit: u32,
        kernel: &Kernel,
        sum: &mut [i32],
        mut group: impl FnMut(u32) -> usize,
        mut sink: impl FnMut(usize, &mut [i32], u32),
    ) -> u32 {
        let mut ids = [0; GATHERED];
        let mut waiting = 0;
        let mut count = 0;
        let mut whose = 0;
        let mut words = 0;
        sum.fill(0);
        let find = |hash| self.pieces.row(hash);
        pieces(text, limit, self.pieces.longest(), find, |Piece { row, start, word, .. }| {
            words += u32::from(word);
            let here = group(start);
            if here != whose || waiting == GATHERED {
                self.add(kernel, ids.get(..waiting).unwrap_or_default(), sum);
                waiting = 0;
                if here != whose {
                    if count > 0 {
                        sink(whose, sum, count);
                    }
                    sum.fill(0);
                    count = 0;
                    whose = here;
                }
            }
            if let Some(place) = ids.get_mut(waiting) {
                *place = row;
            }
            waiting += 1;
            count += 1;
        });
        self.add(kernel, ids.get(..waiting).unwrap_or_default(), sum);
        sink(whose, sum, count);
        words
    }
}
