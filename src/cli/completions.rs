//! Completions of shells, as `clap_complete` writes them; a scenario file is completed among files that end in `.json`.

use super::args::Args;
use clap::CommandFactory;
use clap_complete::Shell;

/// The commands that take scenario files, as the last word of a line.
const TAKE_FILES: [&str; 2] = ["run", "check"];

/// The script for a shell.
pub(super) fn script(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "evenkeel", &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    match shell {
        Shell::Bash => bash(text),
        Shell::Zsh => text.replace(ZSH_FILES, ZSH_JSON),
        Shell::Fish => text + &fish(),
        _ => text,
    }
}

/// How zsh completes a scenario, and how it does with an ending.
const ZSH_FILES: &str = "from standard input:_files";
const ZSH_JSON: &str = "from standard input:_files -g \"*.json(-.)\"";

/// Words that are no options, and that follow none, are files.
fn bash(text: String) -> String {
    let files = r#"
            if [[ ${cur} != -* && ${prev} != -* ]] ; then
                local IFS=$'\n'
                compopt -o filenames 2>/dev/null
                COMPREPLY=( $(compgen -f -X '!*.json' -- "${cur}") $(compgen -d -- "${cur}") )
                return 0
            fi"#;
    TAKE_FILES.iter().fold(text, |text, command| {
        let head = format!("\n        evenkeel__subcmd__{command})\n");
        let Some((before, branch)) = text.split_once(&head) else { return text };
        let Some((options, rest)) = branch.split_once('\n') else { return text };
        format!("{before}{head}{options}{files}\n{rest}")
    })
}

fn fish() -> String {
    let line = |command: &str| {
        format!(
            "complete -c evenkeel -n \"__fish_evenkeel_using_subcommand {command}\" -k -f -a \"(__fish_complete_suffix .json)\"\n"
        )
    };
    TAKE_FILES.map(line).concat()
}
