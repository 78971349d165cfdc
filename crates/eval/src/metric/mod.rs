//! The metrics, one a file, each computed from plain numbers.

pub mod abstention;
pub mod calibration;
pub mod classification;
pub mod confusion;
pub mod detection;
pub mod span_errors;
pub mod spans;
