//! Axes, lines and bars as SVG text.

use std::fmt::Write;

/// Colours that stay apart for readers who see few colours, dark enough on white.
pub(super) const BLUE: &str = "#2b6ca3";
pub(super) const ORANGE: &str = "#c8551b";
pub(super) const GREY: &str = "#8a8f98";

/// A text that may stand between tags and in attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in HTML, and nothing to see.
            character if character.is_control() => out.push(' '),
            character => out.push(character),
        }
    }
    out
}

/// Where a plot area lies in its picture, in pixels, and the highest value of each axis; both begin at 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) most_x: f64,
    pub(super) most_y: f64,
}

/// A picture that grows.
#[derive(Debug)]
pub(super) struct Plot {
    svg: String,
    area: Area,
}

impl Plot {
    /// An empty picture of so many pixels, which a screen reader calls `name`.
    pub(super) fn new(width: f64, height: f64, name: &str, area: Area) -> Self {
        let name = escape(name);
        let svg = format!(
            "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{name}\">\n"
        );
        Self { svg, area }
    }

    pub(super) fn set_area(&mut self, area: Area) {
        self.area = area;
    }

    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }

    fn x(&self, value: f64) -> f64 {
        self.area.left + value.clamp(0.0, self.area.most_x) / self.area.most_x * self.area.width
    }

    fn y(&self, value: f64) -> f64 {
        self.area.top + self.area.height
            - value.clamp(0.0, self.area.most_y) / self.area.most_y * self.area.height
    }

    // Writing to a string cannot fail.
    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.svg, "{element}");
    }

    /// A text at a pixel; `anchor` is `start`, `middle` or `end`.
    pub(super) fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escape(text);
        self.push(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"));
    }

    /// Grid lines and numbers of the horizontal axis, as percent, and what it shows.
    pub(super) fn horizontal_axis(&mut self, ticks: &[f64], title: &str) {
        let Area { left, top, width, height, .. } = self.area;
        let bottom = top + height;
        for &tick in ticks {
            let x = self.x(tick);
            self.push(format_args!("<path class=\"grid\" d=\"M{x:.1} {top:.1}V{bottom:.1}\"/>"));
            self.text(x, bottom + 16.0, "middle", &tick_label(tick));
        }
        self.text(left + width / 2.0, bottom + 36.0, "middle", title);
    }

    /// Grid lines and numbers of the vertical axis, as percent, and what it shows, written above it.
    pub(super) fn vertical_axis(&mut self, ticks: &[f64], title: &str) {
        let Area { left, top, width, .. } = self.area;
        let right = left + width;
        for &tick in ticks {
            let y = self.y(tick);
            self.push(format_args!("<path class=\"grid\" d=\"M{left:.1} {y:.1}H{right:.1}\"/>"));
            self.text(left - 8.0, y + 4.0, "end", &tick_label(tick));
        }
        self.text(left - 40.0, top - 12.0, "start", title);
    }

    /// A line through points.
    pub(super) fn line(&mut self, points: &[(f64, f64)], colour: &str, dashed: bool) {
        let mut path = String::new();
        for &(x, y) in points {
            let step = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{step}{:.1} {:.1}", self.x(x), self.y(y));
        }
        let dash = if dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        self.push(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>"
        ));
    }

    /// A bar between two values of each axis, with a text that appears under the pointer.
    pub(super) fn bar(&mut self, x: (f64, f64), y: (f64, f64), colour: &str, note: &str) {
        let (left, right) = (self.x(x.0), self.x(x.1));
        let (bottom, top) = (self.y(y.0), self.y(y.1));
        let (width, height) = ((right - left).max(0.0), (bottom - top).max(0.0));
        let note = escape(note);
        self.push(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\"><title>{note}</title></rect>"
        ));
    }

    /// A dot, with a text that appears under the pointer.
    pub(super) fn dot(&mut self, x: f64, y: f64, radius: f64, colour: &str, note: &str) {
        let (x, y, note) = (self.x(x), self.y(y), escape(note));
        self.push(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{colour}\" stroke=\"#fff\"><title>{note}</title></circle>"
        ));
    }
}

/// A share as percent with as few digits as it needs.
fn tick_label(share: f64) -> String {
    let percent = share * 100.0;
    let whole = (percent - percent.round()).abs() < 1e-9;
    if whole { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

/// Four to six round steps from 0 up to the first that `most`, a share, does not exceed.
pub(super) fn ticks(most: f64) -> Vec<f64> {
    let step =
        [0.002, 0.005, 0.01, 0.02, 0.05, 0.1].into_iter().find(|step| most <= step * 5.0).unwrap_or(0.2);
    let count = (most / step).ceil().clamp(1.0, 5.0) as u32;
    (0..=count).map(|index| f64::from(index) * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a<b & \"c\"\n'd'>"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39;&gt;");
    }

    #[test]
    fn ticks_cover_the_range() {
        assert_eq!(ticks(1.0).len(), 6);
        for most in [0.0, 0.001, 0.013, 0.07, 0.3, 0.51, 1.0] {
            let ticks = ticks(most);
            assert!(
                *ticks.last().unwrap() >= most - 1e-12 && (2..=6).contains(&ticks.len()),
                "{most}: {ticks:?}"
            );
        }
        assert_eq!((tick_label(0.2), tick_label(0.025)), ("20 %".to_owned(), "2.5 %".to_owned()));
    }
}
