//! An evaluation as one HTML page.

mod figures;
mod page;
mod plot;

pub use page::report_html;
