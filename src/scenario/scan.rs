//! One pass over the bytes of a text before anything is built from them: what would cost stack or memory is refused.

/// Brackets inside brackets, at most, over all spliced files.
pub(crate) const DEPTH_MAX: usize = 128;
/// Values of a scenario, counted by their brackets and commas, at most, over all spliced files; a file at this limit
/// takes about a gigabyte and some ten seconds (model choice).
pub(crate) const VALUES_MAX: usize = 4_000_000;

/// Counts brackets and values without building anything.
pub(super) fn scan(text: &[u8], values: &mut usize) -> Result<(), (usize, String, String)> {
    let mut depth = 0usize;
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            let message = format!("brackets are nested more than {DEPTH_MAX} deep");
            return Err((at, message, "no scenario needs more than a dozen levels".into()));
        }
        if matches!(byte, b',' | b'[' | b'{') {
            if *values == 0 {
                let message = format!("the scenario holds more than {VALUES_MAX} values");
                return Err((at, message, "use `desiredCount` instead of writing things one by one".into()));
            }
            *values -= 1;
        }
    }
    Ok(())
}
