//! One value of a scenario replaced, by its JSON pointer (RFC 6901).

use super::source::unescape;
use serde_json::Value;

/// Puts `new` where `pointer` leads. The last step may be a new key of an object, or `-` behind the last element of a
/// list.
///
/// # Errors
/// The longest part of the pointer that leads to a value, when the rest leads nowhere.
pub fn set(value: &mut Value, pointer: &str, new: Value) -> Result<(), String> {
    let mut here = value;
    let mut way = String::new();
    let mut steps = pointer.split('/').skip(1).peekable();
    while let Some(step) = steps.next() {
        let (token, last) = (unescape(step), steps.peek().is_none());
        match here {
            Value::Object(map) if last && !map.contains_key(&token) => drop(map.insert(token.clone(), Value::Null)),
            Value::Array(list) if last && token == "-" => list.push(Value::Null),
            _ => {}
        }
        let next = match here {
            Value::Object(map) => map.get_mut(&token),
            Value::Array(list) => {
                let index = if last && token == "-" { list.len().checked_sub(1) } else { token.parse().ok() };
                index.and_then(|index| list.get_mut(index))
            }
            _ => None,
        };
        here = next.ok_or_else(|| way.clone())?;
        way.push('/');
        way.push_str(step);
    }
    *here = new;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(pointer: &str, expected: Result<Value, &str>) {
        let mut value = json!({ "faults": [{ "at": "1h" }], "a/b": 1 });
        let found = set(&mut value, pointer, json!(7)).map(|()| value);
        assert_eq!(found, expected.map_err(str::to_owned), "{pointer}");
    }

    #[test]
    fn a_pointer_leads_to_one_value() {
        check("/faults/0/at", Ok(json!({ "faults": [{ "at": 7 }], "a/b": 1 })));
        check("/faults/0/for", Ok(json!({ "faults": [{ "at": "1h", "for": 7 }], "a/b": 1 })));
        check("/faults/-", Ok(json!({ "faults": [{ "at": "1h" }, 7], "a/b": 1 })));
        check("/a~1b", Ok(json!({ "faults": [{ "at": "1h" }], "a/b": 7 })));
        check("", Ok(json!(7)));
        check("/faults/1/at", Err("/faults"));
        check("/faults/x", Err("/faults"));
        check("/changes/0", Err(""));
    }
}
