//! The declaration of a family of kinds, one file each.

/// Declares a family: the enum that the scenario reads, the enum that runs, what a kind can say (`Kind` of what is
/// written, `Effect` of what runs; a kind that says nothing takes what stands here), and that the enums ask their kind.
macro_rules! kinds {
    (
        $(#[doc = $about:literal])*
        Spec $head:tt $kinds:tt
        Kind($($from:ident: $from_type:ty),*) {
            $($(#[doc = $asked_doc:literal])* fn $asked:ident(&$spec:ident) -> $answer:ty $usual:block)*
        }
        $(#[doc = $effect:literal])*
        Effect {
            $(
                $(#[doc = $does_doc:literal])*
                fn $does:ident(&$live:ident $(, $arg:ident: $type:ty)*) $(-> $out:ty)? $default:block
            )*
        }
    ) => {
        kinds! { @declare [$($about)*] $head $kinds }

        /// What the scenario writes, turned into what runs.
        pub(crate) trait Kind {
            /// Ids and whole numbers.
            type Live;
            /// Looks up names and checks values.
            fn resolve(&self, $($from: $from_type),*) -> Option<Self::Live>;
            $($(#[doc = $asked_doc])* fn $asked(&$spec) -> $answer $usual)*
        }

        impl Kind for Spec {
            type Live = Live;
            fn resolve(&self, $($from: $from_type),*) -> Option<Live> {
                kinds!(@resolve self, ($($from),*), $kinds)
            }
            $(fn $asked(&$spec) -> $answer { kinds!(@each Spec, $spec, $asked, (), $kinds) })*
        }

        $(#[doc = $effect])*
        #[allow(unused_variables, reason = "most kinds need little of what there is")]
        pub(crate) trait Effect {
            $($(#[doc = $does_doc])* fn $does(&$live $(, $arg: $type)*) $(-> $out)? $default)*
        }

        impl Effect for Live {
            $(fn $does(&$live $(, $arg: $type)*) $(-> $out)? { kinds!(@each Live, $live, $does, ($($arg),*), $kinds) })*
        }
    };
    (@declare [$($about:literal)*] ($($head:tt)*) {
        $($(#[doc = $doc:literal])* $variant:ident = $module:ident as $key:literal),* $(,)?
    }) => {
        one_of! {
            $(#[doc = $about])*
            Spec($($head)*) { $($(#[doc = $doc])* $variant as $key: $module::Spec),* }
        }

        /// A kind as it runs.
        #[derive(Clone, Debug)]
        pub enum Live { $($(#[doc = $doc])* $variant($module::Live)),* }

        /// Every kind, as the scenario spells it.
        #[cfg(any(test, feature = "internals"))]
        pub const KINDS: &[&str] = &[$($key),*];

        impl Spec {
            /// The kind, as the scenario spells it.
            pub fn kind(&self) -> &'static str {
                match self { $(Spec::$variant(_) => $key),* }
            }
        }
    };
    (@resolve $self:ident, $args:tt, {
        $($(#[doc = $doc:literal])* $variant:ident = $module:ident as $key:literal),* $(,)?
    }) => {
        match $self { $(Spec::$variant(spec) => spec.resolve $args.map(Live::$variant)),* }
    };
    (@each $enum:ident, $self:ident, $does:ident, $args:tt, {
        $($(#[doc = $doc:literal])* $variant:ident = $module:ident as $key:literal),* $(,)?
    }) => {
        match $self { $($enum::$variant(one) => one.$does $args),* }
    };
}
