//! Any text, asked of small models: each answers, within the bounds that it states.

#![no_main]

mod attack;

use std::sync::LazyLock;
use stonechat_engine::{Engine, Model};

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(attack::models::kinds);

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let values: Vec<&str> = text.split(' ').collect();
    for file in FILES.iter() {
        let model = Model::open(file).expect("a model that the writers wrote");
        let mut engine = Engine::new(&model);
        let first = attack::models::ask(&mut engine, &text);
        let read = engine.predict(&text).read();
        let settings = model.features();
        assert!(read.characters <= settings.max_characters);
        assert!(u64::from(read.features) <= model.worst_case(settings.max_characters).rows);
        assert_eq!(first, attack::models::ask(&mut engine, &text));
        // The words of the text as the values of its slots.
        for slot in model.slots().into_iter().flat_map(|slots| slots.names()) {
            if engine.set_values(slot, text.split(' ').zip(0..), &values).is_ok() {
                attack::models::ask(&mut engine, &text);
            }
        }
    }
});
