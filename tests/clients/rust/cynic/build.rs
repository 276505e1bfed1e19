//! Makes the types of the server's SDL, which `CLIENT_SCHEMA` names.

fn main() {
    println!("cargo::rerun-if-env-changed=CLIENT_SCHEMA");
    let path = std::env::var("CLIENT_SCHEMA").expect("set CLIENT_SCHEMA to the server's SDL");
    cynic_codegen::register_schema("zayavka")
        .from_sdl_file(path)
        .expect("the SDL is valid")
        .as_default()
        .expect("it can be the default schema");
}
