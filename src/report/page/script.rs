//! The script of the page and what it draws from. The page names the script's hash, so that a browser runs this script
//! and no other, whatever else may have got into the page.

use super::super::chart::colours::Role;
use super::super::chart::figure::Figure;
use super::Picture;
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

/// uPlot with its licence, then what makes charts of the pictures.
const SCRIPT: &str = concat!(
    "/*!\n",
    include_str!("../../../assets/page/uPlot-LICENSE.txt"),
    "*/\n",
    include_str!("../../../assets/page/uPlot.iife.min.js"),
    "\n",
    include_str!("../../../assets/page/page.js")
);

/// Its hash, as a Content Security Policy names it; a test holds it against the script.
pub(super) const HASH: &str = "sha256-CoSZeCN1gqnztJzRe1W6wnFBEodUdTdlK9b5bUAago8=";

/// The style of the charts.
pub(super) const STYLE: &str = include_str!("../../../assets/page/uPlot.min.css");

/// Script and data; nothing where there is nothing to zoom.
pub(super) fn all(pictures: &[Picture<'_>], simulated_seconds: f64) -> Markup {
    let charts: Vec<&Figure> = pictures.iter().map(|picture| picture.figure).filter(|figure| zooms(figure)).collect();
    if charts.is_empty() {
        return html! {};
    }
    let shades = Role::all().into_iter().map(|role| (role.name(), json!(role.shade())));
    let data = json!({
        "end": simulated_seconds,
        "shades": shades.collect::<Map<String, Value>>(),
        "figures": serde_json::to_value(&charts).expect("a figure has only text keys and finite numbers"),
    });
    html! {
        script type="application/json" id="figures" { (PreEscaped(embedded(shortened(data)))) }
        script { (PreEscaped(SCRIPT)) }
    }
}

/// Whether a picture is made of curves alone.
fn zooms(figure: &Figure) -> bool {
    figure.map.is_none() && figure.panels.iter().all(|panel| panel.gantt.is_none())
}

/// Numbers with six digits, which is more than a chart can show.
fn shortened(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let exact = number.as_f64().unwrap_or_default();
            let rounded: f64 = format!("{exact:.5e}").parse().unwrap_or(exact);
            let whole = rounded.fract() == 0.0 && rounded.abs() < 1e15;
            if whole { (rounded as i64).into() } else { rounded.into() }
        }
        Value::Array(all) => all.into_iter().map(shortened).collect(),
        Value::Object(all) => Value::Object(all.into_iter().map(|(key, value)| (key, shortened(value))).collect()),
        other => other,
    }
}

/// JSON that cannot end the element it stands in.
fn embedded(value: Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// Base64, as RFC 4648 has it.
    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let letter = |chunk: &[u8], place: usize| {
            let bits = chunk.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            let told = place <= chunk.len();
            if told { LETTERS[(bits >> (18 - 6 * place) & 63) as usize] as char } else { '=' }
        };
        bytes.chunks(3).flat_map(|chunk| (0..4).map(move |place| letter(chunk, place))).collect()
    }

    #[test]
    fn the_page_names_the_hash_of_its_script() {
        assert_eq!(base64(b"evenkeel!?"), "ZXZlbmtlZWwhPw==");
        let hash = format!("sha256-{}", base64(&Sha256::digest(SCRIPT)));
        assert_eq!(HASH, hash, "the script has changed: put this hash into src/report/page/script.rs");
        assert_eq!(crate::report::visible::output(SCRIPT, crate::report::align::Paint::Plain), SCRIPT);
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn data_cannot_break_out_and_numbers_are_short() {
        let data = json!({ "a": "</script><!--&\u{2028}", "b": [1.0, 33.333_333_333, 0.1, 12_345_678.9, 1e300] });
        let text = embedded(shortened(data));
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert!(text.contains("[1,33.3333,0.1,12345700,1e300]") || text.contains("1e+300]"), "{text}");
    }
}
