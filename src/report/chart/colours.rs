//! Colours by what they stand for: one table for every surface, on a light and on a dark ground.
//!
//! Based on the colours of Okabe and Ito (2008), which most colour-blind people can tell apart. What is lost has a
//! colour that nothing else has.

use serde::{Serialize, Serializer};

/// A colour: red, green, blue.
pub(crate) type Colour = (u8, u8, u8);

/// What a colour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Requests, tasks or clusters that were lost, and nothing else.
    Lost,
    /// What goes well.
    Served,
    /// Lines over a stack: what was asked for, is needed, is wanted, can be done.
    Ink,
    /// Words on the bright tiles of a map, which are bright on a dark ground, too.
    OnTile,
    /// Axes, edges and words of less weight.
    Quiet,
    Grid,
    Paper,
    /// Behind the data while a fault is in force.
    Fault,
    /// One of several things alike: zones, cells, providers. From [`SHADES`] on with stripes.
    Part(u8),
    /// Several things together.
    Others,
    OldVersion,
    NewVersion,
    /// Datapoints of an alarm, its threshold, and that it rings.
    Datapoints,
    Threshold,
    Alarm,
    Throttled,
    NoAnswer,
    Provisioning,
    Pending,
    Activating,
    Deactivating,
    Stopping,
    Deprovisioning,
    /// Stages of a change.
    Due,
    Bakes,
    Kept,
    Back,
    Waits,
    /// Launches that were held back or lost.
    Launches,
    /// Tasks that were lost, and no request with them.
    Tasks,
}

/// A role on both grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shade {
    pub light: Colour,
    pub dark: Colour,
    /// Drawn with stripes of the ground.
    pub striped: bool,
}

/// Shades of parts; more parts than these have stripes.
pub(crate) const SHADES: u8 = 8;

const PARTS: [(Colour, Colour); SHADES as usize] = [
    ((0, 114, 178), (64, 156, 214)),
    ((230, 159, 0), (240, 178, 50)),
    ((0, 158, 115), (30, 180, 138)),
    ((204, 121, 167), (216, 140, 182)),
    ((86, 180, 233), (130, 202, 242)),
    ((240, 228, 66), (244, 234, 110)),
    ((122, 78, 36), (170, 122, 76)),
    ((98, 70, 160), (148, 122, 206)),
];

impl Role {
    /// Every role, those of parts with and without stripes.
    pub(crate) fn all() -> Vec<Role> {
        let others = [
            Role::Lost,
            Role::Served,
            Role::Ink,
            Role::OnTile,
            Role::Quiet,
            Role::Grid,
            Role::Paper,
            Role::Fault,
            Role::Others,
            Role::OldVersion,
            Role::NewVersion,
            Role::Datapoints,
            Role::Threshold,
            Role::Alarm,
            Role::Throttled,
            Role::NoAnswer,
            Role::Provisioning,
            Role::Pending,
            Role::Activating,
            Role::Deactivating,
            Role::Stopping,
            Role::Deprovisioning,
            Role::Due,
            Role::Bakes,
            Role::Kept,
            Role::Back,
            Role::Waits,
            Role::Launches,
            Role::Tasks,
        ];
        others.into_iter().chain((0..2 * SHADES).map(Role::Part)).collect()
    }

    /// As it stands in data: `lost`, `part-3`.
    pub(crate) fn name(self) -> String {
        if let Role::Part(number) = self {
            return format!("part-{number}");
        }
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }

    #[expect(clippy::match_same_arms, reason = "a row for each role: this is the table")]
    pub(crate) fn shade(self) -> Shade {
        let (light, dark) = match self {
            Role::Lost => ((200, 16, 46), (255, 92, 92)),
            Role::Served => PARTS[4],
            Role::Ink => ((30, 30, 30), (232, 232, 232)),
            Role::OnTile => ((30, 30, 31), (24, 24, 24)),
            Role::Quiet => ((80, 80, 80), (176, 176, 176)),
            Role::Grid => ((225, 225, 225), (62, 62, 62)),
            Role::Paper => ((248, 248, 248), (38, 38, 38)),
            Role::Fault => ((228, 228, 228), (58, 58, 58)),
            Role::Part(number) => PARTS[usize::from(number % SHADES)],
            Role::Others => ((160, 160, 160), (130, 130, 130)),
            Role::OldVersion => PARTS[4],
            Role::NewVersion => PARTS[1],
            Role::Datapoints => PARTS[0],
            Role::Threshold => ((30, 30, 30), (232, 232, 232)),
            Role::Alarm => ((122, 20, 140), (214, 128, 230)),
            Role::Throttled => PARTS[1],
            Role::NoAnswer => PARTS[7],
            Role::Provisioning => PARTS[5],
            Role::Pending => PARTS[1],
            Role::Activating => PARTS[2],
            Role::Deactivating => PARTS[3],
            Role::Stopping => PARTS[7],
            Role::Deprovisioning => ((120, 120, 120), (150, 150, 150)),
            Role::Due => ((215, 215, 215), (84, 84, 84)),
            Role::Bakes => ((170, 214, 240), (60, 104, 132)),
            Role::Kept => PARTS[2],
            Role::Back => PARTS[7],
            Role::Waits => ((120, 120, 120), (150, 150, 150)),
            Role::Launches => PARTS[5],
            Role::Tasks => PARTS[1],
        };
        Shade { light, dark, striped: matches!(self, Role::Part(number) if number >= SHADES) }
    }

    /// On a light ground.
    pub(crate) fn light(self) -> Colour {
        self.shade().light
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_has_a_colour_of_its_own() {
        for role in Role::all().into_iter().filter(|role| *role != Role::Lost) {
            let (lost, other) = (Role::Lost.shade(), role.shade());
            assert!(lost.light != other.light && lost.dark != other.dark, "{role:?}");
        }
    }

    #[test]
    fn no_two_parts_look_alike() {
        let shades: Vec<Shade> = (0..2 * SHADES).map(|number| Role::Part(number).shade()).collect();
        for (place, one) in shades.iter().enumerate() {
            assert!(shades[..place].iter().all(|other| other != one), "part {place}");
        }
    }

    #[test]
    fn names_are_those_of_data() {
        assert_eq!(Role::Part(3).name(), "part-3");
        assert_eq!(Role::OldVersion.name(), "old-version");
        let mut names: Vec<String> = Role::all().into_iter().map(Role::name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
