//! The script of the page and what it draws from. The page names the script's hash, so that a browser runs this script
//! and no other, whatever else may have got into the page.

use super::{Picture, data};
use maud::{Markup, PreEscaped, html};
use serde_json::Value;

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
pub(super) const HASH: &str = "sha256-8E9NIiov6vsZiFg0ndVSJFH93Y1Pi8RBWCufZ+wR0vI=";

/// The style of the charts.
pub(super) const STYLE: &str = include_str!("../../../assets/page/uPlot.min.css");

/// Script and data; nothing where there is nothing to zoom.
pub(super) fn all(pictures: &[Picture<'_>], simulated_seconds: f64) -> Markup {
    let Some(data) = data::all(pictures.iter().map(|picture| picture.figure), simulated_seconds) else {
        return html! {};
    };
    html! {
        script type="application/json" id="figures" { (PreEscaped(embedded(&data))) }
        script { (PreEscaped(SCRIPT)) }
    }
}

/// JSON that cannot end the element it stands in.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
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
    fn data_cannot_break_out() {
        let text = embedded(&json!({ "a": "</script><!--&" }));
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["a"], "</script><!--&");
    }
}
