//! The arguments that examples have in common: `[FILE ...] [--format text|json] [--svg FILE]`.

/// What an example is asked for.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) is_json: bool,
    svg: Option<String>,
}

impl Arguments {
    /// The options of the program, and its files.
    pub(crate) fn read() -> Result<(Self, Vec<String>), String> {
        let (mut read, mut files) = (Self::default(), Vec::new());
        let mut given = std::env::args().skip(1);
        while let Some(argument) = given.next() {
            match argument.as_str() {
                "--format" => match given.next().as_deref() {
                    Some("json") => read.is_json = true,
                    Some("text") => read.is_json = false,
                    _ => return Err("`--format` takes `text` or `json`".into()),
                },
                "--svg" => {
                    let file = given.next().filter(|file| !file.starts_with("--"));
                    read.svg = Some(file.ok_or("`--svg` takes a file")?);
                }
                option if option.starts_with("--") => {
                    return Err(format!("`{option}` is not an option"));
                }
                _ => files.push(argument),
            }
        }
        Ok((read, files))
    }

    /// Writes a picture, if one is asked for.
    pub(crate) fn write_svg(&self, draw: impl FnOnce() -> String) -> Result<(), String> {
        match &self.svg {
            Some(file) => std::fs::write(file, draw()).map_err(|error| format!("{file}: {error}")),
            None => Ok(()),
        }
    }
}
