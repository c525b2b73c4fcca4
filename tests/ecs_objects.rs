//! The scenario's schema is the committed one.

#[test]
fn print_schema() {
    std::fs::write("scenarios/scenario.schema.json", evenkeel::scenario::schema::json()).unwrap();
}
