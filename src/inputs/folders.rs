//! Where the config file and the cached tokens lie.

use std::env;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::error::{Error, Result};
use crate::inputs::variable;

/// Holds `config.toml` and `vendors/`. `None` where there is no home.
pub(crate) fn config() -> Result<Option<PathBuf>> {
    if let Some(folder) = overridden("TOK_CONFIG_DIR")? {
        return Ok(Some(folder));
    }
    if cfg!(target_os = "macos")
        && let Some(folder) = variable::read("XDG_CONFIG_HOME")?.filter(|folder| Path::new(folder).is_absolute())
    {
        return Ok(Some(Path::new(&folder).join("tok")));
    }
    of_home(project().map(|project| project.config_dir().to_owned()))
}

/// Holds one file per cached token. `None` where there is no home.
pub(crate) fn cache() -> Result<Option<PathBuf>> {
    if let Some(folder) = overridden("TOK_CACHE_DIR")? {
        return Ok(Some(folder));
    }
    of_home(project().map(|project| project.cache_dir().to_owned()))
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "tok")
}

/// The folder lies below the home where no variable names another place.
fn of_home(folder: Option<PathBuf>) -> Result<Option<PathBuf>> {
    match folder {
        Some(folder) if !folder.is_absolute() => Err(not_absolute("HOME", &env::home_dir().unwrap_or_default())),
        folder => Ok(folder),
    }
}

fn overridden(name: &str) -> Result<Option<PathBuf>> {
    let Some(folder) = env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    if folder.is_absolute() {
        return Ok(Some(folder));
    }
    Err(not_absolute(name, &folder))
}

fn not_absolute(name: &str, folder: &Path) -> Error {
    Error::usage(format!("{name}: {} is not an absolute path", folder.display()))
}
