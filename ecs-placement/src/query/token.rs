//! Cuts an expression into words, operators and values.

/// Reads an expression from left to right.
#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    offset: usize,
}

/// Symbols before the shorter ones that they start with.
const SYMBOLS: [&str; 17] = [
    "&&", "||", "==", "!=", ">=", "<=", "=~", "!~", "!exists", "!in", ">", "<", "(", ")", "[", "]",
    ",",
];

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    /// Where the next token starts.
    pub(super) fn offset(&mut self) -> usize {
        let rest = self.rest();
        self.offset += rest.len() - rest.trim_start().len();
        self.offset
    }

    /// The next symbol or word, without taking it; empty at the end.
    pub(super) fn peek(&self) -> &'a str {
        let mut ahead = *self;
        ahead.next()
    }

    /// Takes the next symbol or word; empty at the end.
    pub(super) fn next(&mut self) -> &'a str {
        self.offset();
        let rest = self.rest();
        let symbol = SYMBOLS.iter().find(|symbol| starts_with_word(rest, symbol));
        let length = match symbol {
            Some(symbol) => symbol.len(),
            None => {
                let word = rest
                    .chars()
                    .take_while(|c| is_word(*c))
                    .map(char::len_utf8)
                    .sum();
                let one = rest.chars().next().map_or(0, char::len_utf8);
                usize::max(word, one)
            }
        };
        self.take(length)
    }

    /// Takes the next token if it is this one, words in any case.
    pub(super) fn skip(&mut self, token: &str) -> bool {
        let found = self.peek().eq_ignore_ascii_case(token);
        if found {
            self.next();
        }
        found
    }

    /// Takes a value: in quotes, or up to white space, a comma, `&&`, `||` or a bracket that was
    /// not opened in it. `None` at the end and for an open quote.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.offset();
        let rest = self.rest();
        let quote = rest.chars().next()?;
        if matches!(quote, '\'' | '"') {
            let (value, _) = rest.get(1..)?.split_once(quote)?;
            self.take(value.len() + 2);
            return Some(value);
        }
        let length = bare_length(rest);
        (length > 0).then(|| self.take(length))
    }

    /// The text between this place and a later one.
    pub(super) fn until(&self, later: &Self) -> &'a str {
        self.text.get(self.offset..later.offset).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.offset += taken.len();
        taken
    }
}

/// `!in` is a symbol, the start of `!inner` is not.
fn starts_with_word(rest: &str, symbol: &str) -> bool {
    let Some((start, after)) = rest.split_at_checked(symbol.len()) else {
        return false;
    };
    let is_word_symbol = symbol.ends_with(char::is_alphabetic);
    start.eq_ignore_ascii_case(symbol) && !(is_word_symbol && after.starts_with(is_word))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/' | '\\')
}

/// Whether the sign at this place stands there twice: `&&`, `||`.
fn is_doubled(rest: &str, at: usize) -> bool {
    let mut bytes = rest.bytes().skip(at);
    bytes.next() == bytes.next()
}

fn bare_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return at,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => return at,
            c if c.is_whitespace() => return at,
            '&' | '|' if depth == 0 && is_doubled(rest, at) => return at,
            _ => {}
        }
    }
    rest.len()
}
