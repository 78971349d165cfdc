//! Comma- and tab-separated columns.

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::columns::Columns;
use super::lossy::Lossy;
use super::row::split_of;
use super::{ReadOptions, Row};
use crate::document::Document;
use crate::error::Error;
use crate::example::Example;

/// One row of a table.
struct Record {
    line: u32,
    fields: Vec<String>,
}

/// Reads a csv, separated by commas or, where its first line holds none, by semicolons.
pub(super) fn read_csv(document: &Document, options: &ReadOptions) -> Result<Vec<Row>, Error> {
    rows(document, csv_records(document)?, options)
}

/// Reads a tsv, in which every character but tabs and line ends stands for itself.
pub(super) fn read_tsv(document: &Document, options: &ReadOptions) -> Result<Vec<Row>, Error> {
    let records = document
        .filled_lines()
        .map(|(line, text)| Record { line, fields: text.split('\t').map(str::to_string).collect() })
        .collect();
    rows(document, records, options)
}

/// Whether the first line names a text and a label column.
pub(super) fn has_header(line: &str, delimiter: char) -> bool {
    let names: Vec<String> =
        line.split(delimiter).map(|name| name.trim().trim_matches('"').to_string()).collect();
    Columns::are_named(&names)
}

/// The separator of a csv.
pub(super) fn csv_delimiter(first_line: &str) -> char {
    if !first_line.contains(',') && first_line.contains(';') { ';' } else { ',' }
}

fn csv_records(document: &Document) -> Result<Vec<Record>, Error> {
    let text = document.text.as_str();
    let delimiter = document.filled_lines().next().map_or(',', |(_, line)| csv_delimiter(line));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter as u8)
        .terminator(Terminator::Any(document.line_end))
        .from_reader(text.as_bytes());
    let mut counter = document.line_counter();
    let mut records = Vec::new();
    let mut record = StringRecord::new();
    loop {
        let begin = position(&reader);
        let read = reader.read_record(&mut record).map_err(|error| {
            let line = document.line_counter().line_at(begin);
            document.error(line, error.to_string(), "mend the row, or write it as RFC 4180 asks for")
        })?;
        if !read {
            return Ok(records);
        }
        let end = position(&reader);
        // Empty lines in front of a record are skipped by the reader, but counted in its position.
        let raw = text.as_bytes().get(begin..end).unwrap_or_default();
        let skipped = raw.iter().take_while(|&&byte| byte == document.line_end).count();
        let line = counter.line_at(begin + skipped);
        let raw = raw.get(skipped..).unwrap_or_default();
        let mut fields: Vec<String> = record.iter().map(str::to_string).collect();
        if raw.ends_with(b"\r\n")
            && let Some(last) = fields.last_mut()
            && last.ends_with('\r')
        {
            last.pop();
        }
        // An open quotation mark takes in the rest of the file, line ends included.
        let open = end == text.len()
            && fields.last().is_some_and(|last| last.contains(char::from(document.line_end)))
            && raw.iter().filter(|&&byte| byte == b'"').count() % 2 == 1;
        if open {
            return Err(document.error(
                line,
                "a quotation mark opened in this row is never closed",
                "close it, or double a quotation mark that belongs to the text",
            ));
        }
        if fields.iter().any(|field| !field.trim().is_empty()) {
            records.push(Record { line, fields });
        }
    }
}

/// The byte at which a reader stands.
fn position(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

fn rows(document: &Document, records: Vec<Record>, options: &ReadOptions) -> Result<Vec<Row>, Error> {
    let header = options.header.unwrap_or(true);
    let Some(first) = records.first() else { return Ok(Vec::new()) };
    let columns = Columns::resolve(document, first.line, &first.fields, header, options)?;
    let (width, header_line) = (first.fields.len(), first.line);
    records
        .into_iter()
        .skip(usize::from(header))
        .map(|record| {
            let line = record.line;
            if record.fields.len() > width {
                return Err(document.error(
                    line,
                    format!("{} fields, but line {header_line} has {width}", record.fields.len()),
                    "in a csv put quotation marks around a text that holds a comma; in a tsv take tabs out of it",
                ));
            }
            row(document, record, &columns)
        })
        .collect()
}

fn row(document: &Document, mut record: Record, columns: &Columns) -> Result<Row, Error> {
    let line = record.line;
    let found = record.fields.len();
    let missing = |what: &str, column: usize| {
        document.error(
            line,
            format!("no {what}: {found} fields, the {what} is field {}", column + 1),
            "write the row whole or remove it",
        )
    };
    let cell = record.fields.get(columns.label).ok_or_else(|| missing("label", columns.label))?.trim();
    let (labels, list) = if columns.list {
        parse_labels(cell)
            .map_err(|what| document.error(line, what, "separate labels with |, or write a JSON list"))?
    } else {
        (vec![cell.to_string()], false)
    };
    if labels.iter().any(String::is_empty) {
        return Err(document.error(line, "the label is empty", "write a label or remove the row"));
    }
    let split = match columns.split.and_then(|column| record.fields.get(column)) {
        Some(value) => split_of(document, line, "the split column", value)?,
        None => None,
    };
    let mut text = String::new();
    for (index, &column) in columns.text.iter().enumerate() {
        let field = record.fields.get_mut(column).ok_or_else(|| missing("text", column))?;
        if index == 0 {
            // A column may be named twice, so only the one that is read alone is moved out.
            text = if columns.text.len() == 1 { std::mem::take(field) } else { field.clone() };
        } else {
            text.push(' ');
            text.push_str(field);
        }
    }
    Ok(Row { line, text, labels, list, slots: Vec::new(), split })
}

/// The labels of a cell that may hold several, and whether its form is that of a list: `a|b`, a JSON list, or
/// nothing.
fn parse_labels(cell: &str) -> Result<(Vec<String>, bool), String> {
    if cell.starts_with('[') {
        let labels: Vec<String> =
            serde_json::from_str(cell).map_err(|_| format!("{cell:?} is not a JSON list of labels"))?;
        return Ok((labels.iter().map(|label| label.trim().to_string()).collect(), true));
    }
    if cell.is_empty() {
        return Ok((Vec::new(), true));
    }
    let labels: Vec<String> = cell.split('|').map(|label| label.trim().to_string()).collect();
    let list = labels.len() > 1;
    Ok((labels, list))
}

/// The cell that [`parse_labels`] reads back.
fn labels_cell(labels: &[String]) -> String {
    let plain = labels.iter().all(|label| !label.contains('|') && !label.starts_with('['));
    match labels {
        [_, ..] if plain => labels.join("|"),
        _ => serde_json::Value::from(labels).to_string(),
    }
}

/// The columns of the written table, the first being its header.
fn table(examples: &[Example], lossy: &mut Lossy) -> Vec<Vec<String>> {
    let single = examples.iter().all(|example| example.labels.len() == 1);
    let splits = examples.iter().any(|example| example.split.is_some());
    let mut header = vec!["text".to_string(), if single { "label" } else { "labels" }.to_string()];
    if splits {
        header.push("split".to_string());
    }
    let mut table = vec![header];
    for example in examples {
        lossy.slots(example);
        let labels = match example.labels.first() {
            Some(label) if single => label.clone(),
            _ => labels_cell(&example.labels),
        };
        let mut row = vec![example.text.clone(), labels];
        if splits {
            row.push(example.split.map_or("", |split| split.name()).to_string());
        }
        table.push(row);
    }
    table
}

/// Writes a csv with the columns `text`, `label` (or `labels`) and, where a row has one, `split`.
pub(super) fn write_csv(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<u8>, String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for row in table(examples, lossy) {
        writer.write_record(&row).map_err(|error| error.to_string())?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

/// Writes a tsv with the same columns; tabs and line ends in a text become spaces.
pub(super) fn write_tsv(examples: &[Example], lossy: &mut Lossy) -> Vec<u8> {
    let mut out = String::new();
    for (index, row) in table(examples, lossy).iter().enumerate() {
        for (column, field) in row.iter().enumerate() {
            if column > 0 {
                out.push('\t');
            }
            let flat = field.replace(['\t', '\n', '\r'], " ");
            // The row before the first example is the header.
            if let Some(example) = index.checked_sub(1).and_then(|i| examples.get(i))
                && flat != *field
            {
                lossy.text(example);
            }
            out.push_str(&flat);
        }
        out.push('\n');
    }
    out.into_bytes()
}
