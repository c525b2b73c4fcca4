//! The shipped table of instance types: a text with a line for each, sorted by name, of which only the lines that are
//! needed are read. Columns, source, date and licence stand at its head; `assets/instance_types.py` renews it.

use super::types::{Accelerators, Row};

const TABLE: &str = include_str!("instance_types.csv");

/// The type with this name: a binary search over the bytes of the table. A `#` comes before all letters, so the head is
/// in order too.
pub fn find(name: &str) -> Option<Row> {
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        // The line that holds the byte in the middle lies between `low` and `high`, both of which begin a line.
        let middle = low + (high - low) / 2;
        let begin =
            TABLE.as_bytes()[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let line = TABLE[begin..high].lines().next()?;
        match name.cmp(name_of(line)) {
            std::cmp::Ordering::Equal => return row(line),
            std::cmp::Ordering::Less => high = begin,
            std::cmp::Ordering::Greater => low = begin + line.len() + 1,
        }
    }
    None
}

/// The names of all types.
pub fn names<'t>() -> impl Iterator<Item = &'t str> {
    lines().map(|line| -> &'t str { name_of(line) })
}

/// All types.
pub fn rows() -> impl Iterator<Item = Row> {
    lines().filter_map(row)
}

fn lines() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#'))
}

fn name_of(line: &str) -> &str {
    line.split(',').next().unwrap_or(line)
}

/// One line; none where it is not of the form that the head of the table names.
fn row(line: &str) -> Option<Row> {
    let mut cells = line.split(',');
    let mut next = || cells.next().unwrap_or("");
    let name = next().to_owned();
    let (vcpu, memory_mib, interfaces) = (next().parse().ok()?, next().parse().ok()?, next().parse().ok()?);
    let trunked_tasks = next().parse().ok();
    let flags = next();
    let price = next().parse().ok();
    let storage_gb = next().parse().unwrap_or(0);
    let disks = next().split('+').filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    let [kind, count, maker, called, memory, manufacturer, architecture] = std::array::from_fn(|_| next());
    let accelerators = (!kind.is_empty()).then(|| Accelerators {
        kind: kind.to_owned(),
        count: count.parse().unwrap_or(0),
        manufacturer: maker.to_owned(),
        name: called.to_owned(),
        memory_mib: memory.parse().unwrap_or(0),
    });
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Some(Row {
        name,
        vcpu,
        memory_mib,
        interfaces,
        trunked_tasks,
        burstable: flags.contains('b'),
        price,
        accelerators,
        storage_gb,
        disks,
        current: !flags.contains('p'),
        manufacturer: said(manufacturer),
        architecture: said(architecture),
        bare_metal: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_by_its_name() {
        for line in lines() {
            let found = find(name_of(line)).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found, row(line).unwrap());
            assert!(
                found.vcpu > 0 && found.memory_mib > 0 && found.interfaces > 0 && found.memory_mib < 1 << 26,
                "{line}"
            );
            assert!(found.trunked_tasks.is_none_or(|tasks| tasks > found.interfaces - 1), "{line}");
            assert!(line.split(',').count() <= 16 && TABLE.contains(&format!("\n{line}\n")), "{line}");
        }
        assert_eq!(lines().count(), 1_395);
        assert_eq!(rows().filter(|row| row.price.is_some()).count(), 15, "prices that are known");
    }

    #[test]
    fn a_name_that_nobody_has_is_not_found() {
        for name in ["", "a", "a0.large", "m5.larg", "m5.largee", "m5", "zz9.large", "#", "m5.large,2", "\n"] {
            assert_eq!(find(name), None, "{name}");
        }
    }

    /// Figures of AWS's pages on instance types: m7a.medium, t2.micro, i3en.24xlarge, inf2.8xlarge, c4.large.
    #[test]
    fn types_have_what_aws_says() {
        let of = |name: &str| {
            let row = find(name).unwrap();
            (row.vcpu, row.memory_mib, row.interfaces, row.burstable, row.current, row.storage_gb)
        };
        assert_eq!(of("m7a.medium"), (1, 4_096, 2, false, true, 0));
        assert_eq!(of("t2.micro"), (1, 1_024, 2, true, true, 0));
        assert_eq!(of("i3en.24xlarge"), (96, 786_432, 15, false, true, 60_000));
        assert_eq!(of("c4.large"), (2, 3_840, 3, false, false, 0));
        assert_eq!(find("inf2.8xlarge").unwrap().accelerators.unwrap().kind, "inference");
        assert_eq!(find("p5.48xlarge").unwrap().accelerators.unwrap().count, 8);
        assert_eq!(
            (find("mac1.metal").unwrap().architecture(), find("c8g.large").unwrap().architecture()),
            ("x86_64_mac", "arm64")
        );
    }
}
