//! The cluster query language of `memberOf`.

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// As it was written.
    pub text: String,
}

impl Expression {
    /// Whether it holds for a host whose attributes the closure tells.
    pub fn holds<'a>(&self, _attribute: &dyn Fn(&str) -> Option<&'a str>) -> bool {
        true
    }
}
