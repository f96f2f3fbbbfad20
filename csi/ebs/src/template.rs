//! Templates in the values of tags: what of Go's `text/template` such values need.
//!
//! `{{ .PVCName }}`, calls (`{{ toUpper .PVCName }}`), pipelines (`{{ .PVCNamespace | field "-" 1 | toUpper }}`), parentheses, strings, numbers.

mod parse;

use parse::{Expression, Piece};
use std::collections::BTreeMap;

/// A template that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is not written as templates are.
    #[error("{0}")]
    Syntax(String),
    /// A variable that there is not.
    #[error("there is no variable .{name} here: give one of {known}")]
    Variable {
        /// What was named.
        name: String,
        /// What could be named.
        known: String,
    },
    /// A function that there is not.
    #[error("there is no function {0}: give one of contains, field, index, lastIndex, substring, toLower, toUpper")]
    Function(String),
    /// A function that was given other values than it takes.
    #[error("{function} takes {takes}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// A place that the text does not have.
    #[error("{function} asks for place {place} of {text:?}, which is not there")]
    Place {
        /// The function.
        function: &'static str,
        /// The place.
        place: i64,
        /// The text.
        text: String,
    },
}

/// Variables by name, without the dot.
pub type Variables = BTreeMap<&'static str, String>;

/// The text with everything between `{{` and `}}` filled in.
///
/// # Errors
/// See [`TemplateError`].
pub fn render(template: &str, variables: &Variables) -> Result<String, TemplateError> {
    let mut text = String::new();
    for piece in parse::pieces(template)? {
        match piece {
            Piece::Text(literal) => text.push_str(&literal),
            Piece::Pipeline(expression) => text.push_str(&value(&expression, variables)?.to_text()),
        }
    }
    Ok(text)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
}

impl Value {
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Bool(truth) => truth.to_string(),
        }
    }
}

fn value(expression: &Expression, variables: &Variables) -> Result<Value, TemplateError> {
    match expression {
        Expression::Text(text) => Ok(Value::Text(text.clone())),
        Expression::Number(number) => Ok(Value::Number(*number)),
        Expression::Variable(name) => match variables.get(name.as_str()) {
            Some(text) => Ok(Value::Text(text.clone())),
            None => Err(TemplateError::Variable {
                name: name.clone(),
                known: variables
                    .keys()
                    .map(|name| format!(".{name}"))
                    .collect::<Vec<_>>()
                    .join(", "),
            }),
        },
        Expression::Call(function, arguments) => {
            let values: Result<Vec<_>, _> = arguments.iter().map(|argument| value(argument, variables)).collect();
            call(function, &values?)
        }
    }
}

fn call(function: &str, arguments: &[Value]) -> Result<Value, TemplateError> {
    use Value::{Bool, Number, Text};
    let wrong = |function, takes| Err(TemplateError::Arguments { function, takes });
    match (function, arguments) {
        ("toUpper", [Text(text)]) => Ok(Text(text.to_uppercase())),
        ("toUpper", _) => wrong("toUpper", "one text"),
        ("toLower", [Text(text)]) => Ok(Text(text.to_lowercase())),
        ("toLower", _) => wrong("toLower", "one text"),
        ("contains", [Text(part), Text(text)]) => Ok(Bool(text.contains(part.as_str()))),
        ("contains", _) => wrong("contains", "two texts: the part and the whole"),
        ("index", [Text(part), Text(text)]) => Ok(Number(place(text.find(part.as_str())))),
        ("index", _) => wrong("index", "two texts: the part and the whole"),
        ("lastIndex", [Text(part), Text(text)]) => Ok(Number(place(text.rfind(part.as_str())))),
        ("lastIndex", _) => wrong("lastIndex", "two texts: the part and the whole"),
        ("field", [Text(separator), Number(place), Text(text)]) => field(separator, *place, text).map(Text),
        ("field", _) => wrong("field", "a separator, a number and a text"),
        ("substring", [Number(start), Number(end), Text(text)]) => substring(*start, *end, text).map(Text),
        ("substring", _) => wrong("substring", "two numbers and a text"),
        (other, _) => Err(TemplateError::Function(other.to_owned())),
    }
}

/// Where a part was found, in bytes; -1 is nowhere.
fn place(found: Option<usize>) -> i64 {
    found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)
}

fn field(separator: &str, place: i64, text: &str) -> Result<String, TemplateError> {
    let found = usize::try_from(place)
        .ok()
        .and_then(|place| text.split(separator).nth(place));
    found.map(str::to_owned).ok_or_else(|| TemplateError::Place {
        function: "field",
        place,
        text: text.to_owned(),
    })
}

/// From `start` up to `end`, in bytes; a start below zero is the beginning, an end below zero or behind the text its end.
fn substring(start: i64, end: i64, text: &str) -> Result<String, TemplateError> {
    let start = usize::try_from(start).unwrap_or(0);
    let end = usize::try_from(end)
        .ok()
        .filter(|end| *end <= text.len())
        .unwrap_or(text.len());
    text.get(start..end)
        .map(str::to_owned)
        .ok_or_else(|| TemplateError::Place {
            function: "substring",
            place: place(Some(start)),
            text: text.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> Result<String, String> {
        let variables = [("PVCName", "ebs-claim"), ("PVCNamespace", "ns-prod-abcdef")];
        let variables = variables.map(|(name, value)| (name, value.to_owned())).into();
        render(template, &variables).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_filled_in() {
        let table = [
            ("plain", "plain"),
            ("", ""),
            ("{{ .PVCName }}", "ebs-claim"),
            ("{{.PVCNamespace}}/{{.PVCName}}!", "ns-prod-abcdef/ebs-claim!"),
            (r#"{{ .PVCNamespace | contains "prod" }}"#, "true"),
            (r#"{{ .PVCNamespace | field "-" 2 | toUpper }}"#, "ABCDEF"),
            ("{{ toLower \"ABC\" }}", "abc"),
            ("{{ .PVCName | substring 0 3 }}", "ebs"),
            ("{{ .PVCName | substring -1 -1 }}", "ebs-claim"),
            (r#"{{ index "-" .PVCName }}"#, "3"),
            (r#"{{ .PVCNamespace | lastIndex "-" }}"#, "7"),
            (r#"{{ substring 0 (index "-" .PVCName) .PVCName }}"#, "ebs"),
            (r#"{{ print_me_not := 1 }}"#, "error"),
            (r#"a {{- " b " -}} c"#, "a b c"),
        ];
        for (template, expected) in table {
            if expected == "error" {
                assert!(rendered(template).is_err(), "{template}");
            } else {
                assert_eq!(rendered(template).as_deref(), Ok(expected), "{template}");
            }
        }
    }

    #[test]
    fn mistakes_are_named() {
        let said = |template| rendered(template).unwrap_err();
        insta::assert_snapshot!(said("{{ .PVName }}"), @"there is no variable .PVName here: give one of .PVCName, .PVCNamespace");
        insta::assert_snapshot!(said("{{ html .PVCName }}"), @"there is no function html: give one of contains, field, index, lastIndex, substring, toLower, toUpper");
        insta::assert_snapshot!(said("{{ .PVCName | field 1 }}"), @"field takes a separator, a number and a text");
        insta::assert_snapshot!(said(r#"{{ .PVCName | field "-" 7 }}"#), @r#"field asks for place 7 of "ebs-claim", which is not there"#);
        insta::assert_snapshot!(said("{{ .PVCName"), @"{{ is not closed by }}");
        insta::assert_snapshot!(said("{{ }}"), @"there is nothing between {{ and }}");
    }
}
