//! The declarations: `object!`, `words!` and `one_of!`.

/// Declares an object of the scenario. Sections, in this order, each of them optional:
///
/// | Section | A field in it |
/// |---|---|
/// | `need` | must be written; what stands behind a bar takes its place while the rest is looked at |
/// | `given` | has a value when it is not written; with a label the default is told by `check` |
/// | `inner` | an object whose own defaults hold when it is not written |
/// | `may` | is an `Option`; behind the arrow, label and words of what holds when it is not written (`Own`: the defaults of its own fields) |
/// | `list` | is a `Vec` |
/// | `kind` | one key out of several |
/// | `unused` | is accepted and has no bearing on availability |
/// | `bears` | is accepted, bears on availability and is not modelled |
///
/// `as "name"` gives a field a name that does not follow from its own, and square brackets hold bounds. `own "arn"`
/// in the head names the field by which one knows that AWS has printed the object.
macro_rules! object {
    (
        $(#[doc = $doc:literal])*
        $name:ident($case:literal $(, own $own:literal)? $(, called $called:literal)?) {
            need $need:tt $($rest:tt)*
        }
    ) => {
        object! { @declare [$($doc)*] $name $case [$($own)?] [$($called)?] { need $need $($rest)* } }
    };
    (
        $(#[doc = $doc:literal])*
        $name:ident($case:literal $(, own $own:literal)? $(, called $called:literal)?) { $($rest:tt)* }
    ) => {
        object! { @declare [$($doc)*] $name $case [$($own)?] [$($called)?] { $($rest)* } }

        impl Default for $name {
            fn default() -> Self {
                static USUAL: std::sync::LazyLock<$name> = std::sync::LazyLock::new($crate::grammar::unwritten);
                USUAL.clone()
            }
        }
    };
    (@declare [$($doc:literal)*] $name:ident $case:literal [$($own:literal)?] [$($called:literal)?] {
        $(need { $(
            $(#[doc = $need_doc:literal])* $need:ident $(as $need_as:literal)?:
            $need_type:ty $([$($need_bounds:tt)*])? $(| $meanwhile:expr)?
        ),* $(,)? })?
        $(given { $(
            $(#[doc = $given_doc:literal])* $given:ident $(as $given_as:literal)?:
            $given_type:ty $([$($given_bounds:tt)*])? = $value:expr $(=> $label:ident $($remark:literal)?)?
        ),* $(,)? })?
        $(inner { $($(#[doc = $inner_doc:literal])* $inner:ident: $inner_type:ty),* $(,)? })?
        $(may { $(
            $(#[doc = $may_doc:literal])* $may:ident $(as $may_as:literal)?:
            $may_type:ty $([$($may_bounds:tt)*])? $(=> $may_label:ident $otherwise:literal $($may_remark:literal)?)?
        ),* $(,)? })?
        $(list { $($(#[doc = $list_doc:literal])* $list:ident $(as $list_as:literal)?: $list_type:ty),* $(,)? })?
        $(kind { $(#[doc = $kind_doc:literal])* $kind:ident: $kind_type:ty })?
        $(unused { $($unused:ident $(as $unused_as:literal)?),* $(,)? })?
        $(bears { $($(#[doc = $bears_doc:literal])* $bears:ident $(if $rule:expr)?),* $(,)? })?
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        #[allow(dead_code, reason = "a field may be known and have no bearing")]
        pub struct $name {
            $($($(#[doc = $need_doc])* pub $need: $need_type,)*)?
            $($($(#[doc = $given_doc])* pub $given: $given_type,)*)?
            $($($(#[doc = $inner_doc])* pub $inner: $inner_type,)*)?
            $($($(#[doc = $may_doc])* pub $may: Option<$may_type>,)*)?
            $($($(#[doc = $list_doc])* pub $list: Vec<$list_type>,)*)?
            $($(#[doc = $kind_doc])* pub $kind: $kind_type,)?
            $($($(#[doc = $bears_doc])* pub $bears: $crate::grammar::Unused,)*)?
        }

        impl $name {
            /// Its fields.
            pub fn about() -> &'static $crate::grammar::Object {
                #[allow(unused_imports, reason = "an object may have no field")]
                use $crate::grammar::{Anything, Label, Object, Role, Rule};
                static ABOUT: std::sync::LazyLock<Object> = std::sync::LazyLock::new(|| {
                    let names = [$($own,)? ""];
                    let called = [$($called,)? stringify!($name)];
                    #[allow(unused_mut, reason = "an object may have no field")]
                    let mut about = Object::new(called[0], module_path!(), $case, names[0], concat!($($doc, "\n"),*));
                    $($(about.field::<$need_type>((stringify!($need), &[$($need_as)?]), Role::Need,
                        concat!($($need_doc, "\n"),*), bounds!($($($need_bounds)*)?), &[]);)*)?
                    $($(about.field::<$given_type>((stringify!($given), &[$($given_as)?]),
                        Role::Given(<$given_type as $crate::grammar::Written>::written(&$value)), concat!($($given_doc, "\n"),*), bounds!($($($given_bounds)*)?),
                        &[$((Label::$label, "", concat!($($remark)?)))?]);)*)?
                    $($(about.field::<$inner_type>((stringify!($inner), &[]), Role::Other,
                        concat!($($inner_doc, "\n"),*), bounds!(), &[]);)*)?
                    $($(about.field::<$may_type>((stringify!($may), &[$($may_as)?]), Role::Other,
                        concat!($($may_doc, "\n"),*), bounds!($($($may_bounds)*)?),
                        &[$((Label::$may_label, $otherwise, concat!($($may_remark)?)))?]);)*)?
                    $($(about.field::<Vec<$list_type>>((stringify!($list), &[$($list_as)?]), Role::Other,
                        concat!($($list_doc, "\n"),*), bounds!(), &[]);)*)?
                    $(about.kind::<$kind_type>();)?
                    $($(about.field::<Anything>((stringify!($unused), &[$($unused_as)?]), Role::Unused,
                        "Accepted and not used.", bounds!(), &[]);)*)?
                    $($(about.field::<Anything>((stringify!($bears), &[]), Role::Bears([$($rule,)? Rule::On][0]),
                        concat!($($bears_doc, "\n"),*), bounds!(), &[]);)*)?
                    about
                });
                &ABOUT
            }
        }

        impl $crate::grammar::Read for $name {
            #[allow(unused_mut, reason = "an object may have no field")]
            fn read(value: &serde_json::Value, reader: &mut $crate::grammar::Reader<'_>) -> Option<Self> {
                let mut fields = Self::about().open(value, reader)?;
                $($(let $need = fields.need::<$need_type>()$(.or(Some($meanwhile)))?;)*)?
                $($(let $given = fields.may::<$given_type>().unwrap_or_else(|| $value);)*)?
                $($(let $inner = fields.inner::<$inner_type>();)*)?
                $($(let $may = fields.may::<$may_type>();)*)?
                $($(let $list = fields.may::<Vec<$list_type>>().unwrap_or_default();)*)?
                $(let $kind = fields.kind::<$kind_type>();)?
                let mut bears = fields.close();
                $($(let $bears = bears.next().unwrap_or_default();)*)?
                let _ = bears;
                Some($name {
                    $($($need: $need?,)*)?
                    $($($given,)*)?
                    $($($inner: $inner?,)*)?
                    $($($may,)*)?
                    $($($list,)*)?
                    $($kind: $kind?,)?
                    $($($bears,)*)?
                })
            }

            fn schema(defs: &mut $crate::grammar::Defs) -> serde_json::Value {
                Self::about().schema(defs)
            }
        }
    };
}

/// Bounds as they are written between brackets: `1..=10`, `1..`, `..=10`.
macro_rules! bounds {
    () => {
        $crate::grammar::Bounds { least: None, most: None }
    };
    ($least:literal ..= $most:literal) => {
        $crate::grammar::Bounds { least: Some($least as f64), most: Some($most as f64) }
    };
    ($least:literal ..) => {
        $crate::grammar::Bounds { least: Some($least as f64), most: None }
    };
    (..= $most:literal) => {
        $crate::grammar::Bounds { least: None, most: Some($most as f64) }
    };
}

/// Declares an enum of words as AWS or the scenario spells them.
macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        $name:ident($case:literal $(, called $called:literal)?) {
            $($(#[doc = $word_doc:literal])* $word:ident $(as $as:literal)?),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $word_doc])* $word),* }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &'static [$name] = &[$($name::$word),*];

            /// As it is written.
            pub fn word(self) -> &'static str {
                &Self::words()[self as usize].0
            }

            /// Its words and what each means.
            fn words() -> &'static [(String, &'static str)] {
                static WORDS: std::sync::LazyLock<Vec<(String, &'static str)>> = std::sync::LazyLock::new(|| {
                    vec![$($crate::grammar::Object::word(
                        stringify!($word), $case, &[$($as)?], concat!($($word_doc, "\n"),*))),*]
                });
                &WORDS
            }
        }

        impl $crate::grammar::Read for $name {
            fn read(value: &serde_json::Value, reader: &mut $crate::grammar::Reader<'_>) -> Option<Self> {
                reader.word(value, Self::words()).map(|place| Self::ALL[place])
            }
            fn schema(defs: &mut $crate::grammar::Defs) -> serde_json::Value {
                let of = concat!(module_path!(), stringify!($name));
                defs.words([$($called,)? stringify!($name)][0], of, concat!($($doc, "\n"),*), Self::words())
            }
            fn example() -> String {
                format!("\"{}\"", Self::ALL[0].word())
            }
        }

        impl $crate::grammar::Written for $name {
            fn written(&self) -> serde_json::Value {
                self.word().into()
            }
        }
    };
}

/// Declares an enum of which one key says which variant it is; each variant holds one value. The text in the head is
/// what one of them is called.
macro_rules! one_of {
    (
        $(#[doc = $doc:literal])*
        $name:ident($noun:literal $(, called $called:literal)?) {
            $($(#[doc = $variant_doc:literal])* $variant:ident as $key:literal: $type:ty),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub enum $name { $($(#[doc = $variant_doc])* $variant($type)),* }

        impl $crate::grammar::OneOf for $name {
            const NOUN: &'static str = $noun;
            const VARIANTS: &'static [$crate::grammar::Variant<Self>] = &[$($crate::grammar::Variant {
                key: $key,
                doc: concat!($($variant_doc, "\n"),*),
                read: |value, reader| <$type as $crate::grammar::Read>::read(value, reader).map(Self::$variant),
                schema: <$type as $crate::grammar::Read>::schema,
            }),*];
        }

        impl $crate::grammar::Read for $name {
            fn read(value: &serde_json::Value, reader: &mut $crate::grammar::Reader<'_>) -> Option<Self> {
                reader.one_of(value)
            }
            fn schema(defs: &mut $crate::grammar::Defs) -> serde_json::Value {
                defs.one_of::<Self>([$($called,)? stringify!($name)][0], concat!($($doc, "\n"),*).trim())
            }
        }
    };
}
