//! Embeds the vendors' files, so that adding one takes no line of Rust.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/definition/builtin");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("src/definition/builtin");
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let rows = files.iter().map(|path| row(path)).collect::<io::Result<String>>()?;
    let table = format!("/// By name.\npub(super) const BUILT_IN: &[BuiltIn] = &[\n{rows}];\n");
    fs::write(
        Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("built_in.rs"),
        table,
    )
}

fn row(path: &Path) -> io::Result<String> {
    let broken = |why: &str| io::Error::other(format!("{}: {why}", path.display()));
    let names = path.file_stem().and_then(|name| name.to_str()).zip(path.to_str());
    let (name, file) = names.ok_or_else(|| broken("its path is not UTF-8"))?;
    let content: serde_json::Value =
        toml::from_str(&fs::read_to_string(path)?).map_err(|error| broken(&error.to_string()))?;
    let json = content.to_string();
    Ok(format!(
        "    BuiltIn {{ name: {name:?}, text: include_str!({file:?}), json: {json:?} }},\n"
    ))
}
