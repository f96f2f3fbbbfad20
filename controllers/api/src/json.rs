//! JSON in annotations, read as it always was: the case of field names does not count, unknown fields and nulls are passed over.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Fields whose values are maps of the user's own keys, which are left as they are.
const MAPS: [&str; 1] = ["authenticationrequestextraparams"];

/// Reads text into a type whose fields are named in lower case and have defaults.
///
/// # Errors
/// When it is no JSON, or does not fit the type.
pub fn folded<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(fold(serde_json::from_str(text)?))
}

fn fold(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(fold).collect()),
        Value::Object(fields) => {
            let present = fields.into_iter().filter(|(_, value)| !value.is_null());
            let folded = present.map(|(name, value)| {
                let name = name.to_lowercase();
                let value = if MAPS.contains(&name.as_str()) {
                    value
                } else {
                    fold(value)
                };
                (name, value)
            });
            Value::Object(folded.collect::<Map<_, _>>())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Read {
        targetgrouparn: String,
        weight: Option<i32>,
        authenticationrequestextraparams: BTreeMap<String, String>,
    }

    #[test]
    fn case_counts_in_the_users_maps_only() {
        let read: Read = folded(
            r#"{"TargetGroupARN": "a", "Weight": null, "more": [{}], "AuthenticationRequestExtraParams": {"Max_Age": "3"}}"#,
        )
        .unwrap();
        assert_eq!((read.targetgrouparn.as_str(), read.weight), ("a", None));
        assert_eq!(read.authenticationrequestextraparams["Max_Age"], "3");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in [
            "",
            "{",
            "{} {}",
            r#"{"weight": 1.5}"#,
            r#"{"weight": 4294967296}"#,
            r#"{"weight": "1"}"#,
        ] {
            assert!(folded::<Read>(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        /// The case of field names makes no difference.
        #[test]
        fn any_case_is_the_same(upper in proptest::collection::vec(proptest::bool::ANY, 14)) {
            let name = "targetgrouparn".chars().zip(upper);
            let name: String = name.map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c }).collect();
            let read: Read = folded(&format!(r#"{{"{name}": "a"}}"#)).unwrap();
            proptest::prop_assert_eq!(read.targetgrouparn, "a");
        }
    }
}
