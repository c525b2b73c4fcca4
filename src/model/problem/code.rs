//! The kinds of problems: each has a code, one severity and a page that `evenkeel problem CODE` prints.

use super::{Problem, Problems, Severity, Told};
use std::fmt;

/// Declares the codes. The doc comment of a code is its page: a title, a sentence or two on why it matters, `## Mend`
/// with the way out, and `## Example` with a part of a scenario that has the problem.
macro_rules! codes {
    ($($(#[doc = $page:literal])+ $code:ident($severity:ident) = $word:literal as $add:ident,)+) => {
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

        /// Each code has a function that adds a problem with it, shown at the value.
        impl Problems {
            $(
                #[doc = concat!("Adds a problem with the code `", $word, "`.")]
                pub fn $add(&mut self, at: &str, message: impl Into<String>, hint: impl Into<String>) -> Told {
                    self.push(Problem::new(Code::$code, at, message, hint))
                }
            )+
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
    ///
    /// The scenario, or a file that it names with `$file` or `csv`, does not exist, is a folder, or may not be read. A
    /// path inside a file is relative to that file.
    ///
    /// ## Mend
    /// Look at the spelling of the path and at who may read it. A pipe or a device can be named on the command line
    /// only.
    ///
    /// ## Example
    /// ```text
    /// /traffic/0/rate = null
    /// /traffic/0/csv = "nowhere.csv"
    /// ```
    Unreadable(Error) = "unreadable" as unreadable,
    /// A text does not follow the grammar of its place.
    ///
    /// A file must be JSON, without comments and trailing commas. Some fields have a grammar of their own: dates,
    /// lengths of time and rates with their unit, amounts, laws, rules of composite alarms, placement expressions,
    /// tables in CSV.
    ///
    /// ## Mend
    /// The message says what was read and the hint shows the form. Words for people go to `"$comment": "..."`.
    ///
    /// ## Example
    /// ```text
    /// /startsAt = "yesterday"
    /// ```
    Malformed(Error) = "malformed" as malformed,
    /// An object has the same field twice.
    ///
    /// Which of the two counts would be a matter of chance, so neither is taken.
    ///
    /// ## Mend
    /// Keep one of them. The hint says where the first one stands.
    ///
    /// ## Example
    /// ```text
    /// "seed": 1, "seed": 2
    /// ```
    DuplicateField(Error) = "duplicate-field" as duplicate_field,
    /// No field of this name is known here.
    ///
    /// A field that is misspelt would change nothing without a word. AWS objects may have all fields that AWS prints;
    /// those that are not used are listed by `evenkeel check`.
    ///
    /// ## Mend
    /// Take the name that is proposed, or remove the field. `evenkeel schema` lists every field for editors.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/desierdCount = 9
    /// ```
    UnknownField(Error) = "unknown-field" as unknown_field,
    /// Something that must be written is missing.
    ///
    /// Without it the scenario means nothing, or AWS refuses the object. Often one of several fields has to be written,
    /// such as `at` or `every` of a fault.
    ///
    /// ## Mend
    /// Write the field that the message names. The hint shows a value.
    ///
    /// ## Example
    /// ```text
    /// /faults/0/at = null
    /// ```
    MissingField(Error) = "missing-field" as missing,
    /// A value is of another type than its field takes.
    ///
    /// A length of time is a text with a unit such as "2h", a rate is a text such as "300/s", a share is a number.
    ///
    /// ## Mend
    /// Write the value in the form that the message names.
    ///
    /// ## Example
    /// ```text
    /// /duration = ["2h"]
    /// ```
    WrongType(Error) = "wrong-type" as wrong_type,
    /// A word is none of those that its field takes.
    ///
    /// Words are spelt as AWS spells them, capital letters included.
    ///
    /// ## Mend
    /// Take the word that is proposed, or one of those that are listed.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/launchType = "FARGET"
    /// ```
    UnknownValue(Error) = "unknown-value" as unknown_value,
    /// A value is too small or too large.
    ///
    /// Either AWS refuses the value, or nothing would happen, or time would stand still.
    ///
    /// ## Mend
    /// Keep to the bounds in the message. They include both ends unless it says "above" or "less than".
    ///
    /// ## Example
    /// ```text
    /// /traffic/0/loadBalancer = {"healthyThresholdCount": 20}
    /// ```
    OutOfRange(Error) = "out-of-range" as out_of_range,
    /// Entries are not in order of time.
    ///
    /// Steps of traffic, of a share that fails or of cells that are added each hold until the next one.
    ///
    /// ## Mend
    /// Put them in order. No two may have the same time.
    ///
    /// ## Example
    /// ```text
    /// /traffic/0/rate = null
    /// /traffic/0/steps = [{"at": "0s", "rate": "300/s"}, {"at": "0s", "rate": "400/s"}]
    /// ```
    OutOfOrder(Error) = "out-of-order" as out_of_order,
    /// Nothing in the scenario has this name.
    ///
    /// Zones, clusters, services, alarms and all else are named by the text in their own entry. A service is
    /// "cluster/service", or its name alone where only one cluster has it. Where the thing itself is wrong, only that
    /// is told.
    ///
    /// ## Mend
    /// Take the name that is proposed, or add the thing. What AWS prints can be pasted: the hint says which command.
    ///
    /// ## Example
    /// ```text
    /// /faults/0/zonePowerLoss/zone = "use1-az7"
    /// ```
    UnknownName(Error) = "unknown-name" as unknown_name,
    /// Two things have the same name, or an entry stands twice.
    ///
    /// Other parts of the scenario and the results speak of things by name.
    ///
    /// ## Mend
    /// Rename one of them, or remove it.
    ///
    /// ## Example
    /// ```text
    /// /regions/0/zones/1/id = "use1-az1"
    /// ```
    DuplicateName(Error) = "duplicate-name" as duplicate_name,
    /// A name has a form that cannot be used.
    ///
    /// AWS refuses it, or the folder of the results could not have this name.
    ///
    /// ## Mend
    /// Use the characters that the hint lists.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/clusterName = "my shop"
    /// ```
    InvalidName(Error) = "invalid-name" as invalid_name,
    /// The thing that is named cannot be meant here.
    ///
    /// It exists, and it is of another kind, in another Region, or has not what the setting needs: an alarm on requests
    /// of a service without traffic, a Spot reclaim without Spot capacity.
    ///
    /// ## Mend
    /// Name another thing, or give this one what is missing.
    ///
    /// ## Example
    /// ```text
    /// /faults/0/zonePowerLoss = null
    /// /faults/0/spotReclaim = {}
    /// ```
    WrongTarget(Error) = "wrong-target" as wrong_target,
    /// Two settings exclude or contradict each other.
    ///
    /// Only one of them could hold, and which one cannot be known.
    ///
    /// ## Mend
    /// Keep one of them.
    ///
    /// ## Example
    /// ```text
    /// /faults/0/every = {"exponential": {"mean": "1d"}}
    /// ```
    Conflict(Error) = "conflict" as conflict,
    /// Things depend on each other in a circle.
    ///
    /// Each would wait for the others: containers by `dependsOn`, composite alarms by their rules, files by `$file`.
    ///
    /// ## Mend
    /// Take one of the links out.
    ///
    /// ## Example
    /// ```text
    /// /taskDefinitions/0/containerDefinitions/0/dependsOn = [{"containerName": "app", "condition": "START"}]
    /// ```
    Circle(Error) = "circle" as circle,
    /// AWS refuses this.
    ///
    /// A scenario that AWS would not take says nothing about AWS. The message names the service and its rule.
    ///
    /// ## Mend
    /// Change the object as you would before you send it to AWS.
    ///
    /// ## Example
    /// ```text
    /// /taskDefinitions/0/networkMode = "bridge"
    /// ```
    RefusedByAws(Error) = "refused-by-aws" as refused,
    /// There is nothing that tasks could run on.
    ///
    /// Launch type EC2 needs an Auto Scaling group, EXTERNAL needs hosts outside AWS, Managed Instances need an
    /// instance type that meets their requirements.
    ///
    /// ## Mend
    /// Add the capacity, or choose another launch type.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/launchType = "EC2"
    /// ```
    NoCapacity(Error) = "no-capacity" as no_capacity,
    /// AWS takes this, and the simulation does not know it.
    ///
    /// To leave it out in silence would give numbers about something else, so the scenario does not run.
    ///
    /// ## Mend
    /// Use what the hint proposes. `docs/model.md` lists what is modelled and what is not.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/deploymentController = {"type": "CODE_DEPLOY"}
    /// ```
    NotModelled(Error) = "not-modelled" as not_modelled,
    /// The scenario is larger than what can be simulated.
    ///
    /// Memory and identifiers are limited. The message names the limit.
    ///
    /// ## Mend
    /// Write less of it: several scenarios, or one Region instead of all.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/desiredCount = 20000000
    /// ```
    TooLarge(Error) = "too-large" as too_large,
    /// A field bears on availability and is not modelled.
    ///
    /// The scenario runs as if the field were not there. The hint says what it bears on, so that you can tell whether
    /// your question depends on it.
    ///
    /// ## Mend
    /// Remove the field if it does not matter to you, or keep it and read the results with care.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/serviceConnectConfiguration = {"enabled": true}
    /// ```
    Ignored(Warning) = "ignored" as ignored,
    /// A setting does nothing beside the others.
    ///
    /// You may wait for an effect that never comes. The message says why there is none.
    ///
    /// ## Mend
    /// Remove the setting, or change the other one.
    ///
    /// ## Example
    /// ```text
    /// /changes = [{"name": "v2", "service": "shop/web", "at": "30m", "badShare": 0.5}]
    /// ```
    NoEffect(Warning) = "no-effect" as no_effect,
    /// A time is after the end of the run, or is not measured.
    ///
    /// What begins at or after `duration` never happens; what is over before the end of `warmUp` is not part of the
    /// results.
    ///
    /// ## Mend
    /// Move it, or change `duration` or `warmUp`.
    ///
    /// ## Example
    /// ```text
    /// /faults/0/at = "5h"
    /// ```
    AfterEnd(Warning) = "after-end" as after_end,
    /// Nothing refers to this entry.
    ///
    /// It is not part of what runs. Often a reference to it is misspelt or missing.
    ///
    /// ## Mend
    /// Refer to it, or remove it.
    ///
    /// ## Example
    /// ```text
    /// /taskDefinitions/1 = {"family": "old", "containerDefinitions": [{"name": "app", "memory": 128}]}
    /// ```
    Unreferenced(Warning) = "unreferenced" as unreferenced,
    /// AWS prints this entry as deleted, could not describe it, or it is of no use here.
    ///
    /// It is not part of what runs. Of no use are alarms that nothing in the scenario names and that cannot be
    /// simulated, and container instances of no group.
    ///
    /// ## Mend
    /// Remove the entry. If it should run, write the status ACTIVE, or what the hint names.
    ///
    /// ## Example
    /// ```text
    /// /clusters/1 = {"clusterName": "old", "status": "INACTIVE"}
    /// ```
    LeftOut(Warning) = "left-out" as left_out,
    /// More is asked for than fits.
    ///
    /// Tasks that find no room stay PROVISIONING; a deployment that needs a second set of tasks does not end.
    ///
    /// ## Mend
    /// Give more capacity, or ask for less.
    ///
    /// ## Example
    /// ```text
    /// /regions/0/fargate = {"vcpuPerZone": 1}
    /// ```
    NoRoom(Warning) = "no-room" as no_room,
    /// More is asked for than a default quota of AWS allows.
    ///
    /// The simulation does not enforce the quota. AWS does, until it has raised it for the account.
    ///
    /// ## Mend
    /// Nothing, if the quota has been raised; else ask for less.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/desiredCount = 6000
    /// ```
    OverQuota(Warning) = "over-quota" as over_quota,
    /// Nothing would notice that something is bad.
    ///
    /// A defect that no health check and no alarm looks for is never found, and a service that needs no task is never
    /// short of one.
    ///
    /// ## Mend
    /// Add the alarm, the health check or the traffic that the hint names.
    ///
    /// ## Example
    /// ```text
    /// /changes = [{"name": "v2", "service": "shop/web", "at": "30m", "defect": {"errors": {"share": 0.5}}, "pipeline": {}}]
    /// ```
    Unwatched(Warning) = "unwatched" as unwatched,
    /// A setting is taken as written and may mean something else than you want.
    ///
    /// AWS takes it too. The message says what follows from it.
    ///
    /// ## Mend
    /// Nothing, if that is what you want to see; else change it as the hint says.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/deploymentConfiguration = {"maximumPercent": 100}
    /// ```
    Doubtful(Warning) = "doubtful" as doubtful,
    /// A field has no bearing on availability and is not used.
    ///
    /// AWS prints many fields that change nothing about availability. They may stand in the file.
    ///
    /// ## Mend
    /// Nothing has to be done.
    ///
    /// ## Example
    /// ```text
    /// /clusters/0/services/0/tags = [{"key": "team", "value": "shop"}]
    /// ```
    NoBearing(Note) = "no-bearing" as no_bearing,
    /// A setting is not used beside the others.
    ///
    /// The message says why. Nothing is lost by it.
    ///
    /// ## Mend
    /// Nothing has to be done.
    ///
    /// ## Example
    /// ```text
    /// /traffic/0/loadBalancer = {"clientsRetryShare": 0.5}
    /// /faults = []
    /// /objectives = []
    /// ```
    NotUsed(Note) = "not-used" as unused,
    /// A value is taken that was not written.
    ///
    /// The message says which, and its label where that comes from: sourced from AWS, or a model choice.
    ///
    /// ## Mend
    /// Write the value if another one holds for you.
    ///
    /// ## Example
    /// ```text
    /// /seed = null
    /// ```
    Default(Note) = "default" as default_taken,
    /// This follows from what was written.
    ///
    /// Nothing is wrong; it is worth knowing.
    ///
    /// ## Mend
    /// Nothing has to be done.
    ///
    /// ## Example
    /// ```text
    /// /traffic/0/rate = null
    /// /traffic/0/steps = [{"at": "10m", "rate": "300/s"}]
    /// ```
    Follows(Note) = "follows" as follows,
    /// More of the same was found than is listed.
    ///
    /// A broken file may have thousands of problems. The first ones are listed, the others are counted.
    ///
    /// ## Mend
    /// Mend the first ones and check again: many have one cause.
    Truncated(Error) = "truncated" as truncated,
}
