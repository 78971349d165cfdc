//! Work on batches side by side.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

/// Threads where nobody says how many: one a core.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does the work of each job on so many threads, and gives the results in the order of the jobs, or the first error that
/// came. `done` is called on this thread with each job that is over.
pub(crate) fn in_batches<J: Sync, R: Send, E: Send>(
    threads: usize,
    jobs: &[J],
    work: impl Fn(&J) -> Result<R, E> + Sync,
    mut done: impl FnMut(&J),
) -> Result<Vec<R>, E> {
    let threads = threads.max(1).min(jobs.len());
    let next = AtomicUsize::new(0);
    let (to, from) = channel();
    let mut results: Vec<Option<R>> = jobs.iter().map(|_| None).collect();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (to, work, next) = (to.clone(), &work, &next);
            scope.spawn(move || {
                while let Some(job) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(at).map(|job| (at, job))
                } {
                    // Nobody listens any more once there was an error.
                    if to.send((job.0, work(job.1))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to);
        while let Ok((at, result)) = from.recv() {
            match result {
                Ok(result) => results[at] = Some(result),
                Err(error) => {
                    next.store(jobs.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            done(&jobs[at]);
        }
        Ok(())
    })?;
    Ok(results.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let jobs: Vec<u32> = (0..100).collect();
        let mut seen = 0;
        let squares = in_batches(3, &jobs, |&job| Ok::<u32, ()>(job * job), |_| seen += 1);
        assert_eq!(squares, Ok(jobs.iter().map(|job| job * job).collect()));
        assert_eq!(seen, 100);
        assert_eq!(in_batches(1, &jobs, |&job| if job == 50 { Err(job) } else { Ok(()) }, |_| ()), Err(50));
        assert_eq!(in_batches(0, &[0; 0], |_| Ok::<u32, ()>(1), |_| ()), Ok(vec![]));
    }
}
