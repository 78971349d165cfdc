use crate::support::Folder;

#[test]
fn json_has_the_fields_of_the_contract() {
    let folder = Folder::trained();
    folder.write("three.csv", b"text,label\nhall lights on,on\n\"a, \"\"b\"\"\",off\nmake it dark,off\n");
    let output = folder
        .command(&["bench", "lights.stone", "three.csv", "--split", "all", "--json"])
        .env("STONECHAT_KERNEL", "reference")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let measured: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(measured["examples"], 3);
    assert_eq!(measured["threads"], 1);
    assert_eq!(measured["kernel"], "reference");
    assert_eq!(measured["model_bytes"].as_u64(), Some(folder.read("lights.stone").len() as u64));
    let latency = |name: &str| measured["latency_us"][name].as_f64().unwrap();
    assert!(latency("p50") <= latency("p90") && latency("p90") <= latency("p99"));
    assert!(latency("p99") <= latency("max"));
    for name in ["throughput_per_s", "cold_start_ms", "memory_bytes"] {
        assert!(measured[name].as_f64() > Some(0.0), "{name}: {measured}");
    }
    // A process of its own holds far less than one that has read data and made a report.
    assert!(measured["resident_bytes"].is_null() || measured["resident_bytes"].as_u64() > Some(0));
}
