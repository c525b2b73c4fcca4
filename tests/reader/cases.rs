//! The cases.

use super::*;

#[test]
fn print() {
    for f in [
        r#""faults":[{"name":"a","zonePwerLoss":{}}]"#,
        r#""faults":[{"name":"a"}]"#,
        r#""faults":[{"name":"a","zonePowerLoss":{},"hostCrash":{}}]"#,
        r#""faults":[{"nme":"a","zonePowerLoss":3,"for":45}]"#,
        r#""breaks":[{"zonePwerLoss":{}},{"zonePowerLoss":{"zne":"a","share":"0.5"}},{"hostCrash":{},"taskCrash":{}},{},3,{"hostCrash":{},"x":1}]"#,
        r#""laws":[{"lognormall":{"median":"5m"}},{"lognormal":{"median":"5","sigma":"a"}},{"constant":60},{"constant":"1 fortnight"},{"empirical":{"values":["1s",2]}}]"#,
        r#""start":{"exponential":{}},"rate":20"#,
        r#""start":null,"rate":"20""#,
        r#""rate":"20/fortnight""#,
        r#""start":[]"#,
        r#""launchType":"FARGTE""#,
        r#""launchType":3"#,
        r#""pins":{"a":300,"b":"c"}"#,
        r#""bound":{"atLest":1}"#,
        r#""bound":{"atLeast":"1"}"#,
        r#""bound":7"#,
        r#""clusters":[{"clusterNme":"a","services":[{"serviceName":"web","desiredCount":-3,"tags":true},{"serviceName":4,"desiredCount":2.5}]}]"#,
        r#""clusters":{}"#,
        r#""seed":5000000000"#,
        r#""seed":1e3"#,
        r#""seed":1e400"#,
        r#""seed":123456789012345678901234"#,
        r#""seed":7,"seed":8"#,
        r#""zzzzzzzzzzz":1"#,
        r#""either":true"#,
        r#""either":{"kids":[3]}"#,
        r#""either":{"left":1,"right":300}"#,
        r#""either":"a""#,
        r#""name":"#,
        "//x",
        r#""x":1,"#,
        r#""a" 1"#,
        r#""a":01"#,
        r#""a":'x'"#,
        "\"a\":[1 2]",
        "a:1",
        "\"a\":\"\\x\"",
        "\"a\":\"\n\"",
        "\"a\":tru",
        "\"a\":}",
        "\"a\":\"é\",]",
    ] {
        let text = with(f);
        let (problems, sources, _) = look(&texts(&[("a.json", &text)]));
        println!("{f}\n{:#?}", lines(&problems, &sources));
    }
    for t in ["", "  \n", "[", "{}", "[]", "3", "{} {}", "\u{feff}{}"] {
        let (problems, sources, _) = look(&texts(&[("a.json", t)]));
        println!("{t}\n{:#?}", lines(&problems, &sources));
    }
}
