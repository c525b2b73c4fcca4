//! The script of the page and what it draws from. The page names the script's hash, so that a browser runs this script
//! and no other, whatever else may have got into the page.

use super::super::chart::colours::Role;
use super::super::chart::figure::Figure;
use super::Picture;
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Number, Value, json};

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
pub(super) const HASH: &str = "sha256-+J0PVkIip3Zad+mXnUqR5e4A7pkiohBCLX0HZNLVDJE=";

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
        script type="application/json" id="figures" { (PreEscaped(embedded(&shortened(data)))) }
        script { (PreEscaped(SCRIPT)) }
    }
}

/// Whether a picture is made of curves alone.
fn zooms(figure: &Figure) -> bool {
    figure.map.is_none() && figure.panels.iter().all(|panel| panel.gantt.is_none())
}

/// Numbers with six digits, which is more than a chart can show; times, the first of each pair, with nine: a moment of
/// a year is one of ten million seconds.
fn shortened(value: Value) -> Value {
    match value {
        Value::Number(number) => rounded(&number, 6),
        Value::Array(all) => match all.as_slice() {
            [Value::Number(time), Value::Number(value)] => json!([rounded(time, 9), rounded(value, 6)]),
            _ => all.into_iter().map(shortened).collect(),
        },
        Value::Object(all) => Value::Object(all.into_iter().map(|(key, value)| named(key, value)).collect()),
        other => other,
    }
}

/// A field, shortened; some are times.
fn named(key: String, value: Value) -> (String, Value) {
    let short = match &value {
        Value::Number(time) if ["at", "from", "until"].contains(&key.as_str()) => rounded(time, 9),
        _ => shortened(value),
    };
    (key, short)
}

fn rounded(number: &Number, digits: usize) -> Value {
    let exact = number.as_f64().unwrap_or_default();
    let decimals = digits - 1;
    let near: f64 = format!("{exact:.decimals$e}").parse().unwrap_or(exact);
    let whole = near.fract() == 0.0 && near.abs() < 1e15;
    if whole { (near as i64).into() } else { near.into() }
}

/// JSON that cannot end the element it stands in.
fn embedded(value: &Value) -> String {
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
        let data = json!({ "a": "</script><!--&\u{2028}", "b": [1.0, 33.333_333_333, 0.1, 12_345_678.9],
            "points": [[10_234_567.28, 12_345_678.9]], "from": 31_535_999.5 });
        let text = embedded(&shortened(data));
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert!(text.contains("[1,33.3333,0.1,12345700]"), "{text}");
        assert!(text.contains("[[10234567.3,12345700]],\"from\":31535999.5"), "{text}");
    }
}
