//! Text for a shell, a CI system, a program.
