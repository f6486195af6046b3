use super::*;
use crate::definition::name::COMMANDS;

#[test]
fn a_vendor_alone_is_read_as_the_tree_would_read_it() {
    let catalogue = Catalogue::new(None);
    for below in [None, Some("env"), Some("login")] {
        let vendor = || catalogue.find("modulus").unwrap();
        let target = Target::parse("modulus@staging").unwrap();
        let words: Vec<OsString> = below.into_iter().chain(["modulus"]).map(OsString::from).collect();
        let parsed = by_clap(&words, below, vendor(), Some(target.clone()), &catalogue).unwrap();
        let bare = bare(below, vendor().unwrap(), Some(target));
        assert_eq!(format!("{bare:?}"), format!("{parsed:?}"));
    }
}

#[test]
fn the_tree_shows_the_commands_and_hides_the_vendors() {
    let tree = tree::whole(&Catalogue::new(None));
    let shown = tree.get_subcommands().filter(|command| !command.is_hide_set());
    let names: Vec<_> = shown.map(clap::Command::get_name).collect();
    assert_eq!(names, COMMANDS);
}
