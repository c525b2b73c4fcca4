//! The kinds of problems: each has a code, one severity and a page that `evenkeel problem CODE` prints.

use super::Severity;
use std::fmt;

/// Declares the codes. The doc comment of a code is its page: a title, a sentence or two on why it matters, `## Mend` with
/// the way out, and `## Example` with a part of a scenario that has the problem.
macro_rules! codes {
    ($($(#[doc = $page:literal])+ $code:ident($severity:ident) = $word:literal,)+) => {
        /// What kind of problem it is.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Code {
            $($(#[doc = $page])+ $code,)+
        }

        impl Code {
            /// All of them, in the order of the list that is shown.
            pub const ALL: &[Code] = &[$(Code::$code),+];

            /// As it is shown and typed, such as `unknown-name`.
            pub const fn word(self) -> &'static str {
                match self { $(Code::$code => $word,)+ }
            }

            /// How bad it is, unless a problem says otherwise.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity,)+ }
            }

            /// Its page: lines that begin with a space.
            pub const fn page(self) -> &'static str {
                match self { $(Code::$code => concat!($($page, "\n"),+),)+ }
            }
        }
    };
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

codes! {
    /// A file cannot be read.
    Unreadable(Error) = "unreadable",
    /// A file is not JSON, or a text does not follow the grammar of its field.
    Malformed(Error) = "malformed",
    /// An object has the same field twice.
    DuplicateField(Error) = "duplicate-field",
    /// No field of the object has this name.
    UnknownField(Error) = "unknown-field",
    /// A field that must be written is missing.
    MissingField(Error) = "missing-field",
    /// A value is of another type, or not one of the words that the field takes.
    WrongType(Error) = "wrong-type",
    /// A number, a time or the length of a list is too small or too large.
    OutOfRange(Error) = "out-of-range",
    /// Entries are not in the order that they must have.
    OutOfOrder(Error) = "out-of-order",
    /// Nothing in the scenario has this name.
    UnknownName(Error) = "unknown-name",
    /// Two things have the same name.
    DuplicateName(Error) = "duplicate-name",
    /// AWS or a file system does not take this name.
    InvalidName(Error) = "invalid-name",
    /// The thing that is named is there, and of another kind or in another place than it must be.
    WrongTarget(Error) = "wrong-target",
    /// Two settings exclude or contradict each other.
    Conflict(Error) = "conflict",
    /// Things depend on each other in a circle.
    Circle(Error) = "circle",
    /// AWS refuses this.
    RefusedByAws(Error) = "refused-by-aws",
    /// AWS takes this, and it is not modelled.
    NotModelled(Error) = "not-modelled",
    /// The scenario is larger than what can be simulated.
    TooLarge(Error) = "too-large",
    /// A field bears on availability and is accepted without being modelled.
    Ignored(Warning) = "ignored",
    /// A setting does nothing beside the others.
    NoEffect(Warning) = "no-effect",
    /// A time is after the end of the run, or in its warm-up.
    AfterEnd(Warning) = "after-end",
    /// Nothing refers to an entry.
    Unreferenced(Warning) = "unreferenced",
    /// An entry is left out, because AWS prints it as deleted.
    LeftOut(Warning) = "left-out",
    /// More is asked for than fits.
    NoRoom(Warning) = "no-room",
    /// More is asked for than a default quota of AWS allows.
    OverQuota(Warning) = "over-quota",
    /// Nothing would notice when a change is bad.
    Unwatched(Warning) = "unwatched",
    /// A setting is taken as written and probably means something else.
    Doubtful(Warning) = "doubtful",
    /// A field has no bearing on availability and is not used.
    NotUsed(Note) = "not-used",
    /// A value that was not written is taken.
    Default(Note) = "default",
    /// What follows from what was written.
    Follows(Note) = "follows",
    /// More was found than is listed.
    Truncated(Error) = "truncated",
}
