//! The grammar of templates.

use super::TemplateError;

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is.
    Text(String),
    /// What stood between `{{` and `}}`.
    Pipeline(Expression),
}

/// Something that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    Text(String),
    Number(i64),
    Variable(String),
    Call(String, Vec<Expression>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Text(String),
    Number(i64),
    Variable(String),
    Name(String),
    Pipe,
    Open,
    Close,
}

fn syntax(message: impl Into<String>) -> TemplateError {
    TemplateError::Syntax(message.into())
}

/// The parts of a template. `{{-` takes the white space before it away, `-}}` that after it.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trim = false;
    while let Some((text, after)) = rest.split_once("{{") {
        let (inside, tail) = action(after)?;
        let (inside, trim_before) = match inside.strip_prefix("- ") {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let (inside, trim_after) = match inside.strip_suffix(" -") {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let text = if trim { text.trim_start() } else { text };
        pieces.push(Piece::Text(if trim_before { text.trim_end() } else { text }.to_owned()));
        pieces.push(Piece::Pipeline(pipeline(&tokens(inside)?)?));
        (rest, trim) = (tail, trim_after);
    }
    pieces.push(Piece::Text(if trim { rest.trim_start() } else { rest }.to_owned()));
    Ok(pieces)
}

/// What is before the `}}` that ends an action, and what is after it; a quoted `}}` ends nothing.
fn action(text: &str) -> Result<(&str, &str), TemplateError> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '}') if text[at..].starts_with("}}") => return Ok((&text[..at], &text[at + 2..])),
            (None, _) => {}
        }
    }
    Err(syntax("{{ is not closed by }}"))
}

fn tokens(text: &str) -> Result<Vec<Token>, TemplateError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, len) = match first {
            '|' => (Token::Pipe, 1),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' | '`' => {
                let inside = rest[1..].split(first).next().unwrap_or_default();
                if rest.len() < inside.len() + 2 {
                    return Err(syntax(format!("a text is not closed by {first}")));
                }
                (Token::Text(inside.to_owned()), inside.len() + 2)
            }
            _ => {
                let word = rest
                    .split(|c: char| c.is_whitespace() || "|()\"`".contains(c))
                    .next()
                    .unwrap_or_default();
                (self::word(word)?, word.len())
            }
        };
        tokens.push(token);
        rest = rest[len..].trim_start();
    }
    Ok(tokens)
}

fn word(word: &str) -> Result<Token, TemplateError> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if let Some(name) = word.strip_prefix('.').filter(|name| is_name(name)) {
        return Ok(Token::Variable(name.to_owned()));
    }
    if let Ok(number) = word.parse() {
        return Ok(Token::Number(number));
    }
    if is_name(word) {
        Ok(Token::Name(word.to_owned()))
    } else {
        Err(syntax(format!("{word:?} is not understood")))
    }
}

/// Commands joined by `|`: the value of each is the last argument of the next.
fn pipeline(tokens: &[Token]) -> Result<Expression, TemplateError> {
    let mut piped = None;
    for command in split(tokens)? {
        let expression = self::command(command, piped.as_ref())?;
        piped = Some(expression);
    }
    piped.ok_or_else(|| syntax("there is nothing between {{ and }}"))
}

/// The commands between the pipes that are in no parentheses.
fn split(tokens: &[Token]) -> Result<Vec<&[Token]>, TemplateError> {
    let (mut depth, mut start, mut commands) = (0_usize, 0, Vec::new());
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.checked_sub(1).ok_or_else(|| syntax("a ) has no ("))?,
            Token::Pipe if depth == 0 => {
                commands.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(syntax("a ( is not closed by )"));
    }
    if start > 0 || !tokens.is_empty() {
        commands.push(&tokens[start..]);
    }
    Ok(commands)
}

/// A function with its arguments, or a single value.
fn command(tokens: &[Token], piped: Option<&Expression>) -> Result<Expression, TemplateError> {
    let mut operands = operands(tokens)?;
    operands.extend(piped.cloned());
    let mut operands = operands.into_iter();
    match operands.next() {
        Some(Expression::Call(name, none)) if none.is_empty() => Ok(Expression::Call(name, operands.collect())),
        Some(value) if operands.len() == 0 && piped.is_none() => Ok(value),
        Some(_) => Err(syntax("only a function takes arguments")),
        None => Err(syntax("a | has nothing on one side")),
    }
}

fn operands(tokens: &[Token]) -> Result<Vec<Expression>, TemplateError> {
    let mut operands = Vec::new();
    let mut rest = tokens;
    while let [first, tail @ ..] = rest {
        rest = tail;
        operands.push(match first {
            Token::Text(text) => Expression::Text(text.clone()),
            Token::Number(number) => Expression::Number(*number),
            Token::Variable(name) => Expression::Variable(name.clone()),
            Token::Name(name) => Expression::Call(name.clone(), Vec::new()),
            Token::Open => {
                let close = closing(tail).ok_or_else(|| syntax("a ( is not closed by )"))?;
                rest = &tail[close + 1..];
                pipeline(&tail[..close])?
            }
            Token::Close | Token::Pipe => return Err(syntax("a | or ) is in the wrong place")),
        });
    }
    Ok(operands)
}

/// Where the parenthesis is closed that was opened just before.
fn closing(tokens: &[Token]) -> Option<usize> {
    let mut depth = 1_usize;
    tokens.iter().position(|token| {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}
