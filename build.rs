//! Rebuilds the program when a migration is added to `sql/`: the macro that embeds them can't tell Cargo so itself.

fn main() {
    println!("cargo::rerun-if-changed=sql");
}
