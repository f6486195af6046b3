mod bounded;
mod command;
mod first_line;
mod keyring;
