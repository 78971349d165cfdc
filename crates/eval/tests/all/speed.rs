//! Measuring speed.

use crate::model::lights;
use stonechat_engine::{Kernel, Model};
use stonechat_eval::{ColdStart, LatencyUs, SpeedOptions, cold_start, latency, speed};

#[test]
fn measures_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lights.stone");
    let bytes = lights();
    std::fs::write(&path, &bytes).unwrap();
    let cold = ColdStart { milliseconds: 1.500_4, resident_bytes: Some(bytes.len() as u64 + 5) };
    let options = SpeedOptions { threads: 2, cold_start: Some(cold), ..SpeedOptions::default() };
    let found = speed(&path, &["on", "turn it off"], &options).unwrap();
    let latency = found.latency_us;
    assert!(latency.p50 <= latency.p90 && latency.p90 <= latency.p99 && latency.p99 <= latency.max);
    assert!(latency.max > 0.0 && found.throughput_per_s > 0);
    assert_eq!((found.examples, found.threads, found.model_bytes), (2, 2, bytes.len()));
    assert_eq!((found.cold_start_ms, found.resident_beyond_file_bytes), (1.5, Some(5)));
    assert!(found.to_string().contains("2 threads"));
}

#[test]
fn longer_texts_take_longer_and_no_texts_take_nothing() {
    let bytes = lights();
    let model = Model::open(&bytes).unwrap();
    let long = "turn it off ".repeat(20);
    let p50 = |text: &str| latency(&model, Kernel::REFERENCE, &[text]).p50;
    assert!(p50("on") < p50(&long));
    let none = latency(&model, Kernel::REFERENCE, &[]);
    assert_eq!(none, LatencyUs { p50: 0.0, p90: 0.0, p99: 0.0, max: 0.0 });
}

#[test]
fn a_cold_start_takes_time_and_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lights.stone");
    std::fs::write(&path, lights()).unwrap();
    let found = cold_start(&path, Kernel::REFERENCE, "on").unwrap();
    assert!(found.milliseconds > 0.0);
    assert_eq!(found.resident_bytes.is_some(), cfg!(target_os = "linux"));
    // What a child prints is what its parent reads.
    let text = serde_json::to_string(&found).unwrap();
    let back: ColdStart = serde_json::from_str(&text).unwrap();
    assert_eq!(back.resident_bytes, found.resident_bytes);
    // serde_json may miss the last bit.
    assert!((back.milliseconds - found.milliseconds).abs() < 1e-9);
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no.stone");
    let options = SpeedOptions::default();
    let refused = |texts: &[&str]| speed(&path, texts, &options).unwrap_err().to_string();
    assert!(refused(&["on"]).starts_with(&path.display().to_string()));
    std::fs::write(&path, "text,label\n").unwrap();
    assert!(refused(&["on"]).contains("no.stone: byte 0: this is not a model file"));
    assert!(refused(&[]).contains("no texts"));
}
