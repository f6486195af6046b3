//! Embeds the vendors' files, so that adding one takes no line of Rust.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/vendor");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("src/vendor");
    let mut files: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let rows = files
        .iter()
        .map(|path| row(path))
        .collect::<io::Result<Vec<_>>>()?
        .concat();
    let table = format!(
        "/// Name and file of every built-in vendor, by name.\npub(crate) const BUILT_IN: &[(&str, &str)] = &[\n{rows}];\n"
    );
    fs::write(
        Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("built_in.rs"),
        table,
    )
}

fn row(path: &Path) -> io::Result<String> {
    match (path.file_stem().and_then(|stem| stem.to_str()), path.to_str()) {
        (Some(name), Some(path)) => Ok(format!("    ({name:?}, include_str!({path:?})),\n")),
        _ => Err(io::Error::other(format!("{}: not UTF-8", path.display()))),
    }
}
