use hickory_proto::op::Query;

use super::*;

const NAME: &str = "k8s-web-1.elb.us-west-2.seatrial.test";

fn ask(name: &str, kind: RecordType) -> Message {
    let addresses = vec![Ipv4Addr::new(10, 0, 0, 10), Ipv4Addr::new(10, 0, 1, 10)];
    let names = Names::from([(NAME.to_owned(), addresses)]);
    let mut query = Message::new();
    query
        .set_id(2)
        .add_query(Query::query(Name::from_str(name).unwrap(), kind));
    let response = Zone::new("seatrial.test", 5)
        .unwrap()
        .respond(&names, &query.to_vec().unwrap())
        .unwrap();
    Message::from_vec(&response).unwrap()
}

#[test]
fn addresses_of_a_name_in_any_case() {
    let response = ask(&NAME.to_ascii_uppercase(), RecordType::A);
    let addresses: Vec<_> = response
        .answers()
        .iter()
        .map(|record| record.data().to_string())
        .collect();
    assert_eq!(addresses, ["10.0.0.10", "10.0.1.10"]);
    assert_eq!(
        (response.id(), response.authoritative(), response.answers()[0].ttl()),
        (2, true, 5)
    );
}

#[test]
fn what_is_not_there_is_told_apart() {
    for (name, kind, code) in [
        (NAME, RecordType::AAAA, ResponseCode::NoError),
        ("elb.us-west-2.seatrial.test", RecordType::A, ResponseCode::NoError),
        (
            "other.elb.us-west-2.seatrial.test",
            RecordType::A,
            ResponseCode::NXDomain,
        ),
        ("example.com", RecordType::A, ResponseCode::Refused),
    ] {
        let response = ask(name, kind);
        assert_eq!(
            (response.response_code(), response.answers().len()),
            (code, 0),
            "{name} {kind}"
        );
    }
}

#[test]
fn noise_gets_no_answer() {
    let zone = Zone::new("seatrial.test", 5).unwrap();
    assert_eq!(zone.respond(&Names::new(), b"\x00\x01noise"), None);
}
