//! Tables of traffic that are broken, or that say more than a table should: each is an error with its line and a way out.

use super::real::{NONE, of_fargate, of_table};
use serde_json::json;

const RATES: &str = "seconds,requests_per_second\n";
const SUMS: &str = "timestamp,RequestCount\n";

/// The one error of a table: its line, words of the message and of the hint.
fn refused(text: &str, line: usize, message: &str, hint: &str) {
    let told = of_table(text, 1);
    let [one] = &told[..] else { panic!("{text:?}: {told:#?}") };
    let begin = format!("/traffic/0/csv: line {line} of `cloudwatch.csv` ");
    let (said, way_out) =
        one.strip_prefix(&begin).unwrap_or_else(|| panic!("{text:?}: {one}")).split_once(" | ").unwrap();
    assert!(said.contains(message) && way_out.contains(hint), "{text:?}: {one}");
}

/// Rows of sums at these minutes.
fn sums(rows: &[(u32, &str)]) -> String {
    let row = |(minute, sum): &(u32, &str)| format!("2026-11-01T00:{minute:02}:00Z,{sum}\n");
    SUMS.to_owned() + &rows.iter().map(row).collect::<String>()
}

#[test]
fn rows_that_are_missing_or_out_of_order() {
    refused(
        &sums(&[(0, "1"), (5, "1"), (15, "1")]),
        4,
        "is 10m after the one before it, where a period is 5m",
        "FILL(m1, 0)",
    );
    refused(
        &sums(&[(5, "1"), (0, "1")]),
        3,
        "is at `2026-11-01T00:00:00Z`, not after line 2",
        "sort the lines by time",
    );
    refused(&sums(&[(0, "1"), (0, "1")]), 3, "not after line 2", "each once");
    refused(&sums(&[(0, "1"), (5, "")]), 3, "has no number", "FILL(m1, 0)");
    refused(&format!("{RATES}60,1\n30,1\n"), 3, "is at `30`, not after line 2", "sort the lines by time");
}

#[test]
fn numbers_that_are_none() {
    refused(&sums(&[(0, "-1")]), 2, "has a negative number, `-1`", "requests are 0 or more");
    refused(&format!("{RATES}0,-0.5\n"), 2, "has a negative number, `-0.5`", "requests are 0 or more");
    for text in ["NaN", "inf", "1e999", "1,5 €", "12k", "0x10"] {
        let number = format!("{RATES}0,\"{text}\"\n");
        refused(&number, 2, &format!("has a text where a number belongs, `{text}`"), "write digits and a point");
    }
    refused(&format!("{RATES}0,-inf\n"), 2, "has a negative number, `-inf`", "requests are 0 or more");
    refused(&format!("{RATES}-60,5\n"), 2, "has no number of seconds from 0 in `-60`", "`timestamp`");
}

#[test]
fn tables_without_rows_columns_or_ends() {
    let form = "the first line is `seconds,requests_per_second`";
    refused("", 1, "is empty", form);
    refused(" \r\n\r\n", 1, "is empty", form);
    refused(RATES, 1, "says what the columns are, and no row follows", "write a line such as 0,5");
    refused(SUMS, 1, "no row follows", "write a line such as 2026-11-01T08:00:00Z,5");
    refused("seconds\n0\n", 1, "has one column", "keep two columns");
    refused("0,5\n60,7\n", 1, "has no head that is known: `0,5`", form);
    refused("seconds;requests_per_second\n0;5\n", 1, "no head that is known", "separate the columns by commas");
    refused(&format!("{RATES}0;5\n"), 2, "has one column", "separate the columns by commas");
    refused(&format!("{RATES}0,\"5\n60,7\n"), 2, "has a quote that is not closed", "close it on the same line");
}

#[test]
fn what_editors_and_spreadsheets_add_is_taken() {
    for text in [
        "\u{feff}seconds,requests_per_second\r\n0,5\r\n60,7\r\n",
        "\"seconds\",\"requests_per_second\"\n\"0\",\"5\"\n\n",
        " Seconds , Requests per Second \n 0 , 5.0 \n",
    ] {
        assert_eq!(of_table(text, 1), NONE, "{text:?}");
    }
}

/// What a cell holds is shown as it is written, but for what would steer a terminal; nothing of it is run.
#[test]
fn cells_of_strangers_are_shown_and_not_obeyed() {
    refused(&format!("{RATES}0,=1+1\n"), 2, "a text where a number belongs, `=1+1`", "write digits");
    refused(&format!("{RATES}0,@SUM(A1:A9)\n"), 2, "a text where a number belongs, `@SUM(A1:A9)`", "write digits");
    let script = "<script>alert(1)</script>";
    refused(&format!("{RATES}{script},1\n"), 2, &format!("no number of seconds from 0 in `{script}`"), "`timestamp`");
    refused("<script>,\u{1b}[31m\n0,5\n", 1, "no head that is known: `<script>, [31m`", "the first line is");
    refused(
        &format!("{RATES}0,\u{1b}]8;;http://x\u{7}red\n"),
        2,
        "a text where a number belongs, ` ]8;;http://x red`",
        "digits",
    );
    let long = "9".repeat(5_000) + "x";
    refused(&format!("{RATES}0,{long}\n"), 2, &format!("`{}...`", "9".repeat(60)), "write digits");
}

#[test]
fn files_that_are_no_text_say_what_to_do() {
    let named =
        |file: &str| of_fargate("/traffic", json!([{ "service": "shop/web", "requestsPerTask": "1/s", "csv": file }]));
    assert_eq!(
        named("gone.csv"),
        ["/traffic/0/csv: the file `gone.csv` does not exist | the path is relative to the scenario file"]
    );
    let mut texts = evenkeel::Texts::one(
        "a.json",
        json!({ "version": 1, "name": "x", "duration": "1h", "traffic": [{ "service": "web", "requestsPerTask": "1/s", "csv": "utf-16.csv" }] }).to_string(),
    );
    texts.0.insert("utf-16.csv".to_owned(), b"\xff\xfes\0".to_vec());
    let reading = evenkeel::Scenario::read("a.json", &texts);
    let told = super::real::said(&reading);
    let wanted = "/traffic/0/csv: the file `utf-16.csv` is not UTF-8 text | save the file as UTF-8";
    assert!(told.iter().any(|one| one == wanted), "{told:#?}");
}
