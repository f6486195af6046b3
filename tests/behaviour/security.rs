//! What SECURITY.md promises is held by tests that exist.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_test_that_the_security_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for folder in ["src", "tests"] {
        gather(&root.join(folder), &mut code);
    }
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let named: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|word| word.contains('_') && !word.contains(|c: char| c.is_ascii_uppercase()))
        .collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        assert!(
            code.contains(&format!("#[test]\nfn {name}()")),
            "there is no test {name}"
        );
    }
}

/// Every Rust file below a folder, without indentation and attributes between `#[test]` and `fn`.
fn gather(folder: &Path, code: &mut String) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().map(str::trim);
            for line in lines.filter(|line| *line == "#[test]" || !line.starts_with("#[")) {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
}
