//! An engine takes its memory once, and as much as it says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use allocation_counter::measure;
use std::mem::MaybeUninit;
use stonechat_engine::{Engine, Kernel, Model, Slot, TooLittleMemory, verify, verify_engine};
use support::models::{Plan, TEXTS, extreme, golden, kinds};
use support::taggers::{ORDERS, TaggerPlan, extreme_tagger};

fn models() -> Vec<Vec<u8>> {
    let wide = Plan { dim: 1024, hidden: 4096, ..Plan::small(21) };
    let many = Plan { labels: (0..5000).map(|label| format!("label {label}")).collect(), ..Plan::small(22) };
    let mut models = kinds();
    models.extend([wide.build(), many.build(), extreme(8, 1, true)]);
    let long = TaggerPlan { max_tokens: 700, dim: 64, eager: [4096, 0], ..TaggerPlan::small(23) };
    models.extend([long.build(), TaggerPlan::eager(24, 40).build(), extreme_tagger(0, 48, 256, 9)]);
    models.extend(golden().into_iter().map(|(_, file)| file));
    models
}

#[test]
fn the_constructor_takes_what_memory_says() {
    for file in models() {
        let model = Model::open(&file).unwrap();
        let mut engine = None;
        let taken = measure(|| engine = Some(Engine::new(&model)));
        let all = taken.bytes_max as usize + size_of::<Engine<'_>>();
        assert_eq!(Engine::memory(&model), all, "a model of {} labels", model.labels().len());
        drop(engine);
    }
}

#[test]
fn answers_allocate_nothing() {
    let long = "ünï cödé 灯 don't ".repeat(10_000);
    for file in models() {
        let mut sum = 0;
        let taken = measure(|| {
            let model = Model::open(&file).unwrap();
            sum += model.recorded().iter().map(|recorded| recorded.top().count()).sum::<usize>();
        });
        assert_eq!(taken.count_total, 0, "opening borrows the file");
        let model = Model::open(&file).unwrap();
        let mut engine = Engine::new(&model);
        let taken = measure(|| {
            for text in TEXTS.iter().chain(&ORDERS).copied().chain([long.as_str()]) {
                let answer = engine.predict(text);
                sum += answer.labels().count() + answer.ranking().count() + answer.label().name.len();
                let value = |slot: Slot<'_>| answer.value(&slot, None).is_some() as usize;
                sum += answer.slots().map(value).sum::<usize>() + answer.missing_slot().map_or(0, str::len);
            }
        });
        assert_eq!((taken.count_total, taken.bytes_total), (0, 0), "answering allocates nothing");
        let mut verified = Ok(0);
        let taken = measure(|| verified = verify(&model));
        assert!(verified.is_ok());
        assert!(taken.bytes_max as usize <= Engine::memory(&model), "verifying takes one engine");
        assert!(sum > 0);
    }
    assert_ne!(measure(|| drop(std::hint::black_box(vec![1]))).count_total, 0, "allocations are counted");
}

#[test]
fn lent_memory_gives_the_same_answers_and_allocates_nothing() {
    for file in models() {
        let model = Model::open(&file).unwrap();
        let needed = Engine::lent(&model);
        assert!(needed < Engine::memory(&model) + 256, "gaps are small");
        let mut memory = vec![MaybeUninit::new(0xaa); needed + 16];
        for offset in [0, 1, 4, 8, 15] {
            let lent = &mut memory[offset..][..needed];
            let mut checked = 0;
            let taken = measure(|| {
                let mut engine = Engine::in_memory(&model, Kernel::detect(), lent).unwrap();
                checked = verify_engine(&mut engine).unwrap();
            });
            assert_eq!((taken.count_total, checked), (0, model.recorded().len()));
        }
        let mut own = Engine::new(&model);
        let mut lent = Engine::in_memory(&model, Kernel::REFERENCE, &mut memory[3..][..needed]).unwrap();
        for text in TEXTS.iter().chain(&ORDERS) {
            let (a, b) = (own.predict(text), lent.predict(text));
            assert_eq!((a.scores(), a.confidence(), a.read()), (b.scores(), b.confidence(), b.read()));
            assert!(a.slots().eq(b.slots()), "{text}");
        }
        assert!(verify_engine(&mut lent.clone()).is_ok());
    }
}

#[test]
fn too_little_memory_is_refused() {
    for file in models() {
        let model = Model::open(&file).unwrap();
        let needed = Engine::lent(&model);
        let mut memory = vec![MaybeUninit::uninit(); needed];
        for lent in [0, needed / 2, needed.saturating_sub(1)].into_iter().filter(|&lent| lent < needed) {
            let refused = Engine::in_memory(&model, Kernel::detect(), &mut memory[..lent]).err();
            assert_eq!(refused, Some(TooLittleMemory { needed, lent }));
        }
    }
    let said = TooLittleMemory { needed: 100, lent: 7 }.to_string();
    assert_eq!(said, "an engine of this model needs 100 bytes, and was lent 7");
}
