use super::*;
use Access::{Read, Write};
use Moment::{After, Before};

fn list(json: &str) -> Vec<Injected> {
    parse(json.as_bytes()).unwrap().into_iter().map(Injected::new).collect()
}

#[test]
fn which_calls_meet_a_fault() {
    let calls = [
        (Before, "CreateListener", Write),
        (Before, "DescribeListeners", Read),
        (Before, "CreateTags", Write),
        (After, "CreateTags", Write),
        (Before, "CreateTags", Write),
        (Before, "DescribeListeners", Read),
        (Before, "CreateListener", Write),
    ];
    let table = [
        (r#"[{"effect": "hold"}]"#, "x.x.x.x"),
        (r#"[{"reads": true, "effect": "hold"}]"#, "xxx.xxx"),
        (r#"[{"skip": 1, "effect": "hold"}]"#, "..x.x.x"),
        (r#"[{"skip": 1, "times": 1, "effect": "hold"}]"#, "..x...."),
        (r#"[{"times": 0, "effect": "hold"}]"#, "......."),
        (r#"[{"moment": "after", "effect": "hold"}]"#, "...x..."),
        (r#"[{"action": "DescribeListeners", "effect": "hold"}]"#, ".x...x."),
        (
            r#"[{"action": "CreateListener", "skip": 1, "effect": "hold"}]"#,
            "......x",
        ),
        (
            r#"[{"action": "CreateTags", "moment": "after", "effect": "kill"}]"#,
            "...x...",
        ),
        ("[]", "......."),
    ];
    for (json, expected) in table {
        let mut faults = list(json);
        let met = calls.map(|(moment, action, access)| strike(&mut faults, moment, action, access));
        let met: String = met
            .map(|effect| if effect.is_some() { 'x' } else { '.' })
            .iter()
            .collect();
        assert_eq!(met, expected, "{json}");
    }
}

#[test]
fn of_several_that_are_due_the_first_strikes_and_the_next_is_still_to_come() {
    let mut faults = list(
        r#"[{"times": 2, "effect": {"delayMilliseconds": 5}}, {"skip": 1, "times": 1, "effect": {"error": {"code": "Throttling"}}}]"#,
    );
    let throttled = Effect::Error(Refusal {
        code: "Throttling".to_owned(),
        message: injected(),
        status: 400,
    });
    let late = Effect::DelayMilliseconds(5);
    let met: Vec<_> = (0..4)
        .map(|_| strike(&mut faults, Before, "CreateTags", Write))
        .collect();
    assert_eq!(met, [Some(late.clone()), Some(late), Some(throttled), None]);
    let counts: Vec<_> = faults.iter().map(|fault| (fault.matched, fault.hits)).collect();
    assert_eq!(counts, [(4, 2), (4, 1)]);
}

#[test]
fn a_list_that_is_refused_says_which_field() {
    let table = [
        ("", ".: EOF while parsing a value at line 1 column 0"),
        ("{}", ".: invalid type: map, expected a sequence"),
        ("[] []", ".: trailing characters"),
        ("[{}]", "[0]: missing field `effect`"),
        (r#"[{"effect": "explode"}]"#, "[0].effect: unknown variant `explode`"),
        (
            r#"[{"effect": "kill"}, {"effect": "kill", "skip": -1}]"#,
            "[1].skip: invalid value: integer `-1`",
        ),
        (
            r#"[{"effect": "kill", "moment": "never"}]"#,
            "[0].moment: unknown variant `never`",
        ),
        (r#"[{"effect": "kill", "time": 1}]"#, "[0].time: unknown field `time`"),
        (
            r#"[{"effect": {"error": {"status": 503}}}]"#,
            "[0].effect.error: missing field `code`",
        ),
        (
            r#"[{"effect": {"delayMilliseconds": "1s"}}]"#,
            "[0].effect.delayMilliseconds: invalid type: string",
        ),
        (
            r#"[{"effect": {"error": {"code": "X", "status": 200}}}]"#,
            "[0].effect.error.status: 200 is not",
        ),
        (
            r#"[{"effect": "hold", "action": "CreateListner"}]"#,
            "[0].action: no service has the action CreateListner",
        ),
    ];
    for (json, expected) in table {
        let error = parse(json.as_bytes())
            .and_then(|faults| check(&faults))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expected), "{json}: {error}");
    }
}

#[test]
fn a_list_reads_back_as_it_was_written() {
    let json = r#"[{"action":"CreateTags","reads":false,"skip":2,"times":1,"moment":"after","effect":{"error":{"code":"X","message":"m","status":503}},"hits":0,"matched":0}]"#;
    let fault = Fault {
        action: Some("CreateTags".to_owned()),
        reads: false,
        skip: 2,
        times: Some(1),
        moment: After,
        effect: Effect::Error(Refusal {
            code: "X".to_owned(),
            message: "m".to_owned(),
            status: 503,
        }),
    };
    assert_eq!(parse(&serde_json::to_vec(&[&fault]).unwrap()), Ok(vec![fault.clone()]));
    assert_eq!(serde_json::to_string(&[Injected::new(fault)]).unwrap(), json);
}
