use super::*;
use serde::Deserialize;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct Sample {
    name: String,
    port: Option<u16>,
    enabled: Option<bool>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: Option<String>,
}

fn read(form: &str) -> Result<Sample, ApiError> {
    input(&parse(form.as_bytes()))
}

#[test]
fn both_ways_of_numbering_lists_are_read_in_order() {
    for form in [
        "Action=X&Name=a%20b&Port=80&Enabled=true&Names.member.10=z&Names.member.2=y&Tags.member.1.Key=k",
        "Action=X&Name=a+b&Port=80&Enabled=true&Names.10=z&Names.2=y&Tags.1.Key=k",
    ] {
        let sample = read(form).unwrap();
        assert_eq!(
            (sample.name.as_str(), sample.port, sample.enabled),
            ("a b", Some(80), Some(true)),
            "{form}"
        );
        assert_eq!(sample.names, ["y", "z"]);
        assert_eq!(
            sample.tags,
            [Tag {
                key: "k".to_owned(),
                value: None
            }]
        );
    }
}

#[test]
fn an_empty_parameter_is_an_empty_list() {
    assert_eq!(read("Name=a&Names=").unwrap().names, Vec::<String>::new());
}

#[test]
fn what_is_wrong_is_named() {
    let missing = read("Port=80").unwrap_err();
    assert_eq!(missing.code, "MissingParameter");
    assert!(missing.message.contains("Name"), "{missing}");
    for (form, said) in [
        ("Name=a&Port=http", "Port must be a number, not 'http'"),
        ("Name=a&Port=70000", "Port must be a number"),
        ("Name=a&Enabled=maybe", "Enabled must be true or false"),
        ("Name=a&Names.x=1", "'x' does not number an entry"),
        ("Name.1=a", "Name must have a value"),
    ] {
        let error = read(form).unwrap_err();
        assert_eq!(error.code, "ValidationError");
        assert!(error.message.contains(said), "{form}: {error}");
    }
}

#[test]
fn maps_are_numbered_entries() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "PascalCase")]
    struct Mapped {
        params: std::collections::BTreeMap<String, String>,
    }
    let read = |form: &str| input::<Mapped>(&parse(form.as_bytes()));
    let mapped =
        read("Params.entry.2.key=b&Params.entry.2.value=2&Params.entry.1.key=a&Params.entry.1.value=").unwrap();
    assert_eq!(
        mapped.params,
        [("a", ""), ("b", "2")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    );
    assert_eq!(read("Params=").unwrap().params.len(), 0);
    assert_eq!(read("Params.entry.1.key=a").unwrap_err().code, "ValidationError");
}
