//! The page.

use crate::model::{example, lights, rows};
use stonechat_engine::Model;
use stonechat_eval::{Options, evaluate, report_html};

#[test]
fn stands_for_itself() {
    let bytes = lights();
    let model = Model::open(&bytes).unwrap();
    let mut rows = rows();
    rows.push(example("on", &["<script>alert(1)</script>"]));
    let page = report_html(&evaluate(&model, &rows, &Options::default()), "Lights & <b>co</b>");
    assert!(page.contains("<title>Lights &amp; &lt;b&gt;co&lt;/b&gt;</title>"));
    for unwanted in ["<script", "http:", "https:", "src=", "href=", "NaN", "inf\"", "<b>co"] {
        assert!(!page.contains(unwanted), "{unwanted}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for (open, close) in
        [("<svg", "</svg>"), ("<section", "</section>"), ("<div", "</div>"), ("<tr>", "</tr>")]
    {
        assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
    }
    assert_eq!(page.matches("<svg").count(), 3, "reliability, risk and coverage, labels");
}

#[test]
fn leaves_out_what_there_is_not() {
    let bytes = lights();
    let model = Model::open(&bytes).unwrap();
    let page = report_html(&evaluate(&model, &[], &Options::default()), "Nothing");
    assert_eq!(page.matches("<svg").count(), 0);
    assert!(page.ends_with("</html>\n"));
}
