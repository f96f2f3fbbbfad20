//! An error with everything that caused it, on one line.

use std::error::Error;
use std::fmt;

/// Displays an error and its sources, separated by `: `.
#[derive(Debug)]
pub struct Chain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// The text cut to at most `limit` bytes, at a character boundary.
#[must_use]
pub fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_cause() {
        let parse = "x".parse::<u8>().unwrap_err();
        let error = std::io::Error::other(parse);
        // `io::Error` passes its inner error's source through, so wrap once more to see both.
        #[derive(Debug, thiserror::Error)]
        #[error("cannot start")]
        struct Start(#[source] std::io::Error);
        assert_eq!(
            Chain(&Start(error)).to_string(),
            "cannot start: invalid digit found in string"
        );
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("añb", 2), "a");
        assert_eq!(cut("añb", 3), "añ");
        assert_eq!(cut("ab", 1024), "ab");
    }
}
