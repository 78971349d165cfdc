//! How long answers take and what they cost.

use crate::aligned::Aligned;
use crate::latency::{answer, percentiles, samples};
use crate::report::Speed;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use std::{fmt, fs, io, thread};
use stonechat_engine::{Engine, FormatError, Kernel, Model};

/// Throughput is measured over about this long.
const THROUGHPUT_TIME: Duration = Duration::from_secs(1);

/// How to measure.
#[derive(Clone, Debug)]
pub struct SpeedOptions {
    /// Threads that answer at once for [`Speed::throughput_per_s`]; 0 counts as 1.
    pub threads: usize,
    /// The kernel that computes.
    pub kernel: Kernel,
    /// A cold start measured by [`cold_start()`] in a fresh process. Without it, one is measured in this process, whose memory
    /// then counts as that of the model.
    pub cold_start: Option<ColdStart>,
}

impl Default for SpeedOptions {
    /// One thread, the fastest kernel, a cold start in this process.
    fn default() -> Self {
        Self { threads: 1, kernel: Kernel::detect(), cold_start: None }
    }
}

/// What it takes to answer for the first time. A process hands it to its parent as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColdStart {
    /// Milliseconds from no file to the first answer.
    pub milliseconds: f64,
    /// Bytes of memory that the process held afterwards, where the system tells.
    pub resident_bytes: Option<u64>,
}

/// Why nothing could be measured.
#[derive(Debug)]
#[non_exhaustive]
pub enum SpeedError {
    /// The operating system refused the model file.
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is no model file that this engine runs.
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: FormatError,
    },
    /// There are no texts to answer.
    NoTexts,
}

impl fmt::Display for SpeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Format { path, source } => write!(f, "{}: {source}", path.display()),
            Self::NoTexts => f.write_str("there are no texts to answer; name data with at least one row"),
        }
    }
}

impl std::error::Error for SpeedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Format { source, .. } => Some(source),
            Self::NoTexts => None,
        }
    }
}

fn read(path: &Path) -> Result<Aligned, SpeedError> {
    let failed = |source| SpeedError::Io { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Aligned::read(file, length as usize).map_err(failed)
}

fn open<'a>(path: &Path, bytes: &'a [u8]) -> Result<Model<'a>, SpeedError> {
    Model::open(bytes).map_err(|source| SpeedError::Format { path: path.to_path_buf(), source })
}

/// Reads the file, opens it, constructs an engine and answers `text`, all of it once. To be called in a fresh process, as the
/// first thing that it does.
///
/// The file may still be in the memory of the operating system from when it was read last.
///
/// # Errors
///
/// When the file cannot be read or is not a model file.
pub fn cold_start(path: &Path, kernel: Kernel, text: &str) -> Result<ColdStart, SpeedError> {
    let start = Instant::now();
    let bytes = read(path)?;
    let model = open(path, &bytes)?;
    let mut engine = Engine::with_kernel(&model, kernel);
    answer(&mut engine, text);
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    // The model is still held, so its memory counts.
    let resident_bytes = resident_bytes();
    drop(black_box(bytes));
    Ok(ColdStart { milliseconds, resident_bytes })
}

/// Bytes of memory of this process that are in use, where the system tells (`VmRSS` of Linux).
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Measures a model on texts: first as [`latency()`](crate::latency()) does, then with all threads at once for about a second.
///
/// # Errors
///
/// When the file cannot be read or is not a model file, or there are no texts.
pub fn speed(path: &Path, texts: &[&str], options: &SpeedOptions) -> Result<Speed, SpeedError> {
    let first = texts.first().ok_or(SpeedError::NoTexts)?;
    let cold = match options.cold_start {
        Some(cold) => cold,
        None => cold_start(path, options.kernel, first)?,
    };
    let bytes = read(path)?;
    let model = open(path, &bytes)?;
    let samples = samples(&model, options.kernel, texts);
    let threads = options.threads.max(1);
    // A pass of one thread takes as long as the mean answer times the number of texts.
    let pass = samples.iter().sum::<u64>() as f64 / samples.len() as f64 * texts.len() as f64;
    let passes = (THROUGHPUT_TIME.as_nanos() as f64 / pass.max(1.0)).ceil().clamp(1.0, 1e6) as usize;
    let (per_s, per_cpu_s) = throughput(&model, texts, options.kernel, threads, passes);
    Ok(Speed {
        examples: texts.len(),
        threads,
        latency_us: percentiles(samples),
        throughput_per_s: per_s.round() as u64,
        throughput_per_cpu_s: per_cpu_s.map(|answers| answers.round() as u64),
        cold_start_ms: (cold.milliseconds * 1e3).round() / 1e3,
        resident_bytes: cold.resident_bytes,
        resident_beyond_file_bytes: cold
            .resident_bytes
            .map(|resident| resident.saturating_sub(bytes.len() as u64)),
        model_bytes: bytes.len(),
        memory_bytes: Engine::memory(&model),
        kernel: options.kernel.name(),
    })
}

/// Answers a second when each thread goes over all texts so many times: of the clock, and of the processor where the system tells.
fn throughput(
    model: &Model<'_>,
    texts: &[&str],
    kernel: Kernel,
    threads: usize,
    passes: usize,
) -> (f64, Option<f64>) {
    let barrier = &Barrier::new(threads + 1);
    let (seconds, of_processor) = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(move || {
                    let mut engine = Engine::with_kernel(model, kernel);
                    barrier.wait();
                    let start = processor_seconds();
                    for _ in 0..passes {
                        for text in texts {
                            answer(&mut engine, text);
                        }
                    }
                    Some(processor_seconds()? - start?)
                })
            })
            .collect();
        barrier.wait();
        let start = Instant::now();
        let mut of_processor = Some(0.0);
        for worker in workers {
            match worker.join() {
                Ok(seconds) => of_processor = of_processor.zip(seconds).map(|(sum, more)| sum + more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (start.elapsed().as_secs_f64(), of_processor)
    });
    let answers = (threads * passes * texts.len()) as f64;
    let known = of_processor.filter(|&seconds| seconds > 0.0);
    (answers / seconds, known.map(|seconds| answers / seconds))
}

/// Seconds that this thread has had of a processor, where the system tells (Linux).
fn processor_seconds() -> Option<f64> {
    let times = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = times.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}
