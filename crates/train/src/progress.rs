//! How far the training is.

use std::sync::Mutex;

/// A moment of the training.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// What is being done: `reading`, `learning`, `calibrating`, `recording`; of a words asset
    /// `reading`, `encoding`, `projecting`. Where a draft chooses between two kinds of
    /// model, `learning` and its steps come a second time.
    pub stage: &'static str,
    /// Steps of the stage that are done.
    pub done: u64,
    /// Steps that the stage has.
    pub total: u64,
    /// The epoch at hand, from 1, and how many there are.
    pub epoch: Option<(u32, u32)>,
    /// The mean loss of the epoch at hand.
    pub loss: Option<f32>,
    /// The rung of the ladder at hand, from 1, and how many there are at the most; none where one model is trained. Where drafts are
    /// compared, the chosen rung comes a second time.
    pub rung: Option<(usize, usize)>,
}

/// Receives [`Progress`].
pub type Listener<'a> = dyn FnMut(&Progress) + Send + 'a;

/// Counts steps of fits that run side by side, and tells a listener.
pub(crate) struct Meter<'a, 'b> {
    state: Mutex<(u64, &'a mut Listener<'b>)>,
    total: u64,
}

impl<'a, 'b> Meter<'a, 'b> {
    pub(crate) fn new(total: u64, listener: &'a mut Listener<'b>) -> Self {
        Self { state: Mutex::new((0, listener)), total }
    }

    /// Adds `steps`, and tells the listener; with them the epoch and its loss, where there are epochs.
    pub(crate) fn advance(&self, steps: u64, epoch: Option<((u32, u32), f32)>) {
        // A listener that panicked has nothing to say any more; the training goes on.
        if let Ok(mut state) = self.state.lock() {
            let (done, listener) = &mut *state;
            *done += steps;
            let progress = Progress {
                stage: "learning",
                done: *done,
                total: self.total,
                epoch: epoch.map(|(epoch, _)| epoch),
                loss: epoch.map(|(_, loss)| loss),
                rung: None,
            };
            listener(&progress);
        }
    }
}
