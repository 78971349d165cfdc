//! The bar that shows how far a training is.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stonechat_train::Progress;

use crate::console::Console;

/// A bar with stage, epoch, loss and the time left; nothing where nobody looks.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(console: &Console) -> Bar {
        let target =
            if console.draws() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(1), target);
        let template = "{prefix:>11} [{bar:30}] {percent:>3} %  {msg}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        if console.draws() {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Bar(bar)
    }

    /// What a trainer reports to.
    pub(crate) fn listener(&self) -> Box<dyn FnMut(&Progress) + Send> {
        let bar = self.0.clone();
        let mut stage = "";
        Box::new(move |progress: &Progress| {
            if progress.stage != stage {
                stage = progress.stage;
                bar.set_prefix(stage);
                bar.reset_eta();
            }
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            let rung = progress.rung.map(|(at, of)| format!("rung {at}/{of}"));
            let epoch = progress.epoch.map(|(at, of)| format!("epoch {at}/{of}"));
            let loss = progress.loss.map(|loss| format!("loss {loss:.4}"));
            bar.set_message(rung.into_iter().chain(epoch).chain(loss).collect::<Vec<_>>().join("  "));
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
