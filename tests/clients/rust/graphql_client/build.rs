//! Lays the server's SDL, which `CLIENT_SCHEMA` names, where the derive looks for it.

fn main() {
    println!("cargo::rerun-if-env-changed=CLIENT_SCHEMA");
    let path = std::env::var("CLIENT_SCHEMA").expect("set CLIENT_SCHEMA to the server's SDL");
    println!("cargo::rerun-if-changed={path}");
    std::fs::copy(path, "schema.graphql").expect("the SDL can be copied");
}
