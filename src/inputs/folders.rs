//! Where the config file and the cached tokens lie.

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
    Ok(project().map(|project| project.config_dir().to_owned()))
}

/// Holds one file per cached token. `None` where there is no home.
pub(crate) fn cache() -> Result<Option<PathBuf>> {
    if let Some(folder) = overridden("TOK_CACHE_DIR")? {
        return Ok(Some(folder));
    }
    Ok(project().map(|project| project.cache_dir().to_owned()))
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "tok")
}

fn overridden(name: &str) -> Result<Option<PathBuf>> {
    let Some(folder) = std::env::var_os(name)
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
    else {
        return Ok(None);
    };
    if folder.is_absolute() {
        return Ok(Some(folder));
    }
    Err(Error::usage(format!(
        "{name}: {} is not an absolute path",
        folder.display()
    )))
}
