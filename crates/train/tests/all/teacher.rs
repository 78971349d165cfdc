//! Encoders: small ones of random weights, which are made here, and a real one where there is one.

use crate::support::texts_of;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
#[cfg(feature = "fine-tune")]
use stonechat_train::{CachedEmbedder, Embedding, FineTuning, Lesson};
use stonechat_train::{Embedder, Teacher, Words, WordsRows, WordsSettings, build_words};
use tempfile::TempDir;

const DIM: usize = 32;
const BETWEEN: usize = 64;
const LAYERS: usize = 2;
const HEADS: usize = 4;
const POSITIONS: usize = 40;
/// Word pieces of the encoders that have them.
const PIECES: usize = 62;

/// A file of random weights; without kinds of text, of an encoder as MPNet.
fn weights(prefix: &str, vocabulary: usize, kinds: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut random = |count: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 0.5
        };
        (0..count).flat_map(|_| next().to_le_bytes()).collect()
    };
    let mut tensors = Vec::new();
    let mut add = |name: String, shape: Vec<usize>| {
        let data = random(shape.iter().product());
        tensors.push((format!("{prefix}{name}"), shape, data));
    };
    add("embeddings.word_embeddings.weight".into(), vec![vocabulary, DIM]);
    add("embeddings.position_embeddings.weight".into(), vec![POSITIONS, DIM]);
    let mpnet = kinds == 0;
    if mpnet {
        add("encoder.relative_attention_bias.weight".into(), vec![32, HEADS]);
    } else {
        add("embeddings.token_type_embeddings.weight".into(), vec![kinds, DIM]);
    }
    let mut norms = vec!["embeddings.LayerNorm".to_string()];
    for layer in 0..LAYERS {
        let mut linear = |name: &str, from: usize, to: usize| {
            add(format!("encoder.layer.{layer}.{name}.weight"), vec![to, from]);
            add(format!("encoder.layer.{layer}.{name}.bias"), vec![to]);
        };
        let (four, norm) = if mpnet {
            (["attn.q", "attn.k", "attn.v", "attn.o"], "LayerNorm")
        } else {
            (["self.query", "self.key", "self.value", "output.dense"], "output.LayerNorm")
        };
        for name in four {
            linear(&format!("attention.{name}"), DIM, DIM);
        }
        linear("intermediate.dense", DIM, BETWEEN);
        linear("output.dense", BETWEEN, DIM);
        norms.push(format!("encoder.layer.{layer}.attention.{norm}"));
        norms.push(format!("encoder.layer.{layer}.output.LayerNorm"));
    }
    for name in norms {
        add(format!("{name}.weight"), vec![DIM]);
        add(format!("{name}.bias"), vec![DIM]);
    }
    let views = tensors
        .iter()
        .map(|(name, shape, data)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

fn config(model_type: &str, vocabulary: usize, kinds: usize) -> Value {
    json!({
        "model_type": model_type, "hidden_size": DIM, "intermediate_size": BETWEEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS, "vocab_size": vocabulary, "max_position_embeddings": POSITIONS,
        "type_vocab_size": kinds, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": 1,
    })
}

fn write(folder: &Path, name: &str, content: &Value) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content.to_string()).unwrap();
}

fn special(names: &[&str]) -> Vec<Value> {
    let token = |(id, name): (usize, &&str)| {
        json!({ "id": id, "content": name, "special": true, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false })
    };
    names.iter().enumerate().map(token).collect()
}

fn template(begin: (&str, u32), end: (&str, u32)) -> Value {
    let token = |(name, id): (&str, u32)| json!({ "id": name, "ids": [id], "tokens": [name] });
    json!({
        "type": "TemplateProcessing",
        "single": [
            { "SpecialToken": { "id": begin.0, "type_id": 0 } },
            { "Sequence": { "id": "A", "type_id": 0 } },
            { "SpecialToken": { "id": end.0, "type_id": 0 } },
        ],
        "pair": [{ "Sequence": { "id": "A", "type_id": 0 } }, { "Sequence": { "id": "B", "type_id": 1 } }],
        "special_tokens": { begin.0: token(begin), end.0: token(end) },
    })
}

/// An encoder as BERT's, of word pieces.
fn bert() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut pieces: Vec<String> =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[unused1]"].map(str::to_string).to_vec();
    pieces.extend(('a'..='z').flat_map(|c| [c.to_string(), format!("##{c}")]));
    pieces.extend(["the", "of", "light", "##s", "##ing", "文"].map(str::to_string));
    pieces.dedup();
    let mut known = std::collections::BTreeSet::new();
    pieces.retain(|piece| known.insert(piece.clone()));
    assert_eq!(pieces.len(), PIECES);
    let vocabulary: serde_json::Map<String, Value> =
        pieces.iter().enumerate().map(|(id, piece)| (piece.clone(), id.into())).collect();
    let tokenizer = json!({
        "version": "1.0",
        "truncation": { "max_length": 8, "strategy": "LongestFirst", "stride": 0, "direction": "Right" },
        "padding": { "strategy": { "Fixed": 8 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                     "pad_type_id": 0, "pad_token": "[PAD]" },
        "added_tokens": special(&["[PAD]", "[UNK]", "[CLS]", "[SEP]"]),
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                        "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": template(("[CLS]", 2), ("[SEP]", 3)),
        "decoder": null,
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                   "max_input_chars_per_word": 100, "vocab": vocabulary },
    });
    write(folder.path(), "tokenizer.json", &tokenizer);
    write(folder.path(), "config.json", &config("bert", pieces.len(), 2));
    fs::write(folder.path().join("model.safetensors"), weights("", pieces.len(), 2)).unwrap();
    folder
}

/// An encoder as MPNet's, of the same word pieces.
fn mpnet() -> TempDir {
    let folder = bert();
    let mut shape = config("mpnet", PIECES, 1);
    shape.as_object_mut().unwrap().remove("type_vocab_size");
    write(folder.path(), "config.json", &shape);
    fs::write(folder.path().join("model.safetensors"), weights("mpnet.", PIECES, 0)).unwrap();
    folder
}

/// An encoder as XLM-RoBERTa's, of sentence pieces.
fn xlm_roberta() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut pieces: Vec<(String, f64)> =
        ["<s>", "<pad>", "</s>", "<unk>"].map(|name| (name.to_string(), 0.0)).to_vec();
    pieces.extend(["▁the", "▁light", "s", "▁"].map(|piece| (piece.to_string(), -2.0)));
    pieces.extend(('a'..='z').filter(|&c| c != 's').map(|c| (c.to_string(), -9.0)));
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": special(&["<s>", "<pad>", "</s>", "<unk>"]),
        "normalizer": { "type": "NFKC" },
        "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
            { "type": "WhitespaceSplit" },
            { "type": "Metaspace", "replacement": "▁", "add_prefix_space": true },
        ] },
        "post_processor": template(("<s>", 0), ("</s>", 2)),
        "decoder": { "type": "Metaspace", "replacement": "▁", "add_prefix_space": true },
        "model": { "type": "Unigram", "unk_id": 3, "vocab": pieces },
    });
    write(folder.path(), "tokenizer.json", &tokenizer);
    write(folder.path(), "config.json", &config("xlm-roberta", pieces.len(), 1));
    fs::write(folder.path().join("model.safetensors"), weights("roberta.", pieces.len(), 1)).unwrap();
    folder
}

fn embed(teacher: &mut Teacher, texts: &[&str]) -> Vec<f32> {
    let mut heard = 0;
    let out = teacher.embed(texts, &mut |done| heard += texts_of(done)).unwrap();
    assert_eq!((heard, out.len()), (texts.len(), texts.len() * teacher.dim()));
    for row in out.chunks_exact(teacher.dim()) {
        let length: f32 = row.iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-2, "{length}");
        assert!(row.iter().all(|x| (x * 16384.0).fract() == 0.0));
    }
    out
}

#[test]
fn small_encoders_embed() {
    for folder in [bert(), xlm_roberta(), mpnet()] {
        let mut teacher = Teacher::open(folder.path()).unwrap();
        assert_eq!(teacher.dim(), DIM);
        let long = "lights of the light ".repeat(50);
        let texts = ["the lights", "", "a light of the", "the lights", "lighting", &long, "of the a"];
        let together = embed(&mut teacher, &texts);
        for (text, row) in texts.iter().zip(together.chunks_exact(DIM)) {
            assert_eq!(embed(&mut teacher, &[text]), row, "{text}");
        }
        assert_eq!(together[..DIM], together[3 * DIM..4 * DIM]);
        assert_ne!(together[..DIM], together[2 * DIM..3 * DIM]);
        assert_eq!(embed(&mut teacher, &[]), [0.0; 0]);
    }
}

/// How far tokens are apart counts in MPNet's attention, beside their positions.
#[test]
fn distances_count() {
    let folder = mpnet();
    let mut teacher = Teacher::open(folder.path()).unwrap();
    let with = embed(&mut teacher, &["the light of", "a"]);
    let file = folder.path().join("model.safetensors");
    let bytes = fs::read(&file).unwrap();
    let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let even = vec![0u8; 32 * HEADS * 4];
    let views = read.tensors().into_iter().map(|(name, view)| {
        let data = if name.contains("relative") { even.as_slice() } else { view.data() };
        (name, TensorView::new(Dtype::F32, view.shape().to_vec(), data).unwrap())
    });
    fs::write(&file, safetensors::serialize(views, None).unwrap()).unwrap();
    let without = embed(&mut Teacher::open(folder.path()).unwrap(), &["the light of", "a"]);
    assert_ne!(with[..DIM], without[..DIM]);
    let mut shape = config("mpnet", PIECES, 1);
    shape["relative_attention_num_buckets"] = 16.into();
    write(folder.path(), "config.json", &shape);
    refused(folder.path(), "config.json: `relative_attention_num_buckets` is 16, not 32");
    write(folder.path(), "config.json", &config("mpnet", PIECES, 1));
    fs::write(&file, weights("", PIECES, 1)).unwrap();
    refused(folder.path(), "model.safetensors: `encoder.relative_attention_bias.weight`");
}

#[test]
fn settings_beside_the_encoder_count() {
    let folder = bert();
    let mut plain = Teacher::open(folder.path()).unwrap();
    write(folder.path(), "1_Pooling/config.json", &json!({ "pooling_mode_cls_token": true }));
    let mut first = Teacher::open(folder.path()).unwrap();
    assert_ne!(plain.digest(), first.digest());
    assert_ne!(embed(&mut plain, &["the light"]), embed(&mut first, &["the light"]));
    write(folder.path(), "config_sentence_transformers.json", &json!({ "prompts": { "query": "the " } }));
    let mut prompted = Teacher::open(folder.path()).unwrap();
    assert_eq!(embed(&mut prompted, &["light"]), embed(&mut first, &["the light"]));
    write(folder.path(), "1_Pooling/config.json", &json!({ "pooling_mode_max_tokens": true }));
    refused(folder.path(), "1_Pooling/config.json: this pooling is not supported");
}

/// Rows whose labels one of their words tells, among others that do not.
#[cfg(feature = "fine-tune")]
fn rows_to_learn() -> FineTuning {
    let words = ["light", "the", "of", "a"];
    let row = |at: usize| {
        let (first, second) = (at & 1 == 1, at & 2 == 2);
        let mut text: Vec<&str> = vec![words[1 + at / 4 % 3]; 1 + at / 4 % 4];
        text.extend(first.then_some("lights"));
        text.extend(second.then_some("ping"));
        (text.join(" "), u32::from(first))
    };
    FineTuning {
        rows: (0..48).map(row).collect(),
        labels: 2,
        epochs: 80,
        rate: 2e-3,
        seed: 3,
        lesson: Lesson::Labels,
    }
}

/// How many rows lie nearer to the mean of the embeddings of their own label than to that of the other.
#[cfg(feature = "fine-tune")]
fn near_their_own(rows: &[(String, u32)], embeddings: &[f32]) -> usize {
    let mut means = [[0.0f32; DIM]; 2];
    for (row, (_, label)) in embeddings.chunks_exact(DIM).zip(rows) {
        means[*label as usize].iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
    }
    let near = |row: &[f32], label: usize| row.iter().zip(&means[label]).map(|(a, b)| a * b).sum::<f32>();
    let all = embeddings.chunks_exact(DIM).zip(rows);
    all.filter(|(row, (_, label))| near(row, *label as usize) > near(row, 1 - *label as usize)).count()
}

#[test]
#[cfg(feature = "fine-tune")]
fn an_encoder_learns_what_it_did_not_tell() {
    let folder = bert();
    let mut teacher = Teacher::open(folder.path()).unwrap();
    let files = teacher.digest().to_owned();
    let tuning = rows_to_learn();
    let texts: Vec<&str> = tuning.rows.iter().map(|(text, _)| text.as_str()).collect();
    let before = near_their_own(&tuning.rows, &embed(&mut teacher, &texts));
    teacher.fine_tune(tuning.clone()).unwrap();
    let tuned = teacher.digest().to_owned();
    assert_ne!(tuned, files);
    let after = embed(&mut teacher, &texts);
    let learned = near_their_own(&tuning.rows, &after);
    assert!(before <= 42 && learned >= 47, "{before} {learned}");
    // Another tuning begins with the files, and the same one gives the same bits.
    let other = FineTuning { seed: 4, ..tuning.clone() };
    teacher.fine_tune(other).unwrap();
    assert_ne!(embed(&mut teacher, &texts), after);
    teacher.fine_tune(tuning.clone()).unwrap();
    assert_eq!(teacher.digest(), tuned);
    assert_eq!(embed(&mut teacher, &texts), after);
    // With a cache that has all texts there is nothing to be done.
    let cache = tempfile::tempdir().unwrap();
    for computes in [true, false] {
        let mut cached = CachedEmbedder::new(Teacher::open(folder.path()).unwrap(), cache.path());
        cached.fine_tune(tuning.clone()).unwrap();
        let mut steps = 0;
        let rows =
            cached.embed(&texts, &mut |step| steps += usize::from(matches!(step, Embedding::Tuned(..))));
        assert_eq!((rows.unwrap(), steps > 0), (after.clone(), computes));
    }
}

/// The mean cosine of texts of a label, less that of others.
#[cfg(feature = "fine-tune")]
fn closeness(rows: &[(String, u32)], embeddings: &[f32]) -> f32 {
    let texts: Vec<(&[f32], u32)> =
        embeddings.chunks_exact(DIM).zip(rows).map(|(row, (_, label))| (row, *label)).collect();
    let mut sums = [[0.0f32; 2]; 2];
    for (at, (first, label)) in texts.iter().enumerate() {
        for (second, other) in &texts[..at] {
            let sum = &mut sums[usize::from(label == other)];
            sum[0] += first.iter().zip(*second).map(|(a, b)| a * b).sum::<f32>();
            sum[1] += 1.0;
        }
    }
    sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]
}

#[test]
#[cfg(feature = "fine-tune")]
fn an_encoder_learns_which_texts_are_close() {
    let folder = bert();
    let tuning = FineTuning { lesson: Lesson::Closeness, epochs: 200, ..rows_to_learn() };
    assert_ne!(tuning.digest(), FineTuning { lesson: Lesson::Labels, ..tuning.clone() }.digest());
    let texts: Vec<&str> = tuning.rows.iter().map(|(text, _)| text.as_str()).collect();
    let mut plain = Teacher::open(folder.path()).unwrap();
    let before = closeness(&tuning.rows, &embed(&mut plain, &texts));
    let mut tuned = Vec::new();
    for threads in [1, 3] {
        let mut teacher = Teacher::open(folder.path()).unwrap().threads(threads);
        teacher.fine_tune(tuning.clone()).unwrap();
        let (mut last, mut total) = (0, 0);
        let learned = |step| {
            if let Embedding::Tuned(done, all) = step {
                assert!(done > last && done <= all);
                (last, total) = (done, all);
            }
        };
        tuned.push(teacher.embed(&texts, &mut { learned }).unwrap());
        assert_eq!((last, total), (48 * 200, 48 * 200));
    }
    let after = closeness(&tuning.rows, &tuned[0]);
    assert!(before < 0.2 && after > 0.5, "{before} {after}");
    assert!(tuned.iter().all(|other| *other == tuned[0]), "the number of threads changes nothing");
    // No two rows of a label: nothing is learned, and nothing fails.
    let alone = FineTuning { rows: vec![("the".to_owned(), 0), ("light".to_owned(), 1)], ..tuning };
    let mut teacher = Teacher::open(folder.path()).unwrap();
    teacher.fine_tune(alone).unwrap();
    assert_eq!(embed(&mut teacher, &texts), embed(&mut plain, &texts));
}

#[test]
#[cfg(feature = "fine-tune")]
fn a_fine_tuning_that_diverges_is_told() {
    let folder = bert();
    let mut teacher = Teacher::open(folder.path()).unwrap();
    teacher.fine_tune(FineTuning { rate: 1e30, ..rows_to_learn() }).unwrap();
    let error = teacher.embed(&["the"], &mut |_| ()).unwrap_err();
    assert!(error.contains("set `tune_rate` lower"), "{error}");
    // What is half tuned does not embed.
    assert_eq!(teacher.embed(&["the"], &mut |_| ()).unwrap_err(), error);
}

fn refused(folder: &Path, part: &str) {
    let error = Teacher::open(folder).err().unwrap().to_string();
    assert!(error.starts_with(&folder.display().to_string()) && error.contains(part), "{error}");
    assert!(error.contains("; "), "{error}");
}

#[test]
fn folders_that_are_no_encoder() {
    let folder = bert();
    let at = folder.path();
    refused(&at.join("nowhere"), "no folder");
    let sound = config("bert", PIECES, 2);
    let with = |name: &str, value: Value| {
        let mut changed = sound.clone();
        changed[name] = value;
        write(at, "config.json", &changed);
    };
    with("model_type", "gpt2".into());
    refused(at, "config.json: the model type `gpt2` is not supported; take an encoder of the type bert");
    with("hidden_act", "relu".into());
    refused(at, "`relu`");
    with("hidden_size", 0.into());
    refused(at, "`hidden_size` is 0");
    with("num_attention_heads", 5.into());
    refused(at, "5 heads");
    with("max_position_embeddings", 2.into());
    refused(at, "2 positions");
    with("position_embedding_type", "relative_key".into());
    refused(at, "`relative_key`");
    with("num_hidden_layers", (LAYERS - 1).into());
    refused(at, "model.safetensors: there is a layer `encoder.layer.");
    with("intermediate_size", 65.into());
    refused(at, "model.safetensors: `e");
    fs::write(at.join("config.json"), "{").unwrap();
    refused(at, "config.json: EOF");
    fs::remove_file(at.join("config.json")).unwrap();
    refused(at, "config.json: ");
    let folder = bert();
    fs::write(folder.path().join("model.safetensors"), "no").unwrap();
    refused(folder.path(), "model.safetensors: not a sound safetensors file");
    fs::write(folder.path().join("tokenizer.json"), "{}").unwrap();
    refused(folder.path(), "tokenizer.json: no tokenizer");
}

#[test]
fn a_words_asset_of_a_small_encoder() {
    let folder = bert();
    let settings = WordsSettings {
        pieces: 57,
        dim: 8,
        bits: 8,
        licence: Some("MIT".into()),
        threads: 2,
        ..WordsSettings::default()
    };
    let mut stages = Vec::new();
    let built =
        build_words(folder.path(), &settings, &mut |progress| stages.push((progress.stage, progress.done)))
            .unwrap();
    let words = Words::read(&built.bytes).unwrap();
    assert_eq!(words.pieces.len(), built.pieces);
    assert_eq!(words.pieces[..3], ["a", "##a", "b"]);
    assert_eq!(words.pieces[52..], ["the", "of", "light", "##ing"]);
    assert_eq!((words.dim, words.bits, words.lowercase, words.strip_accents), (8, 8, true, true));
    assert_eq!(words.licence.as_deref(), Some("MIT"));
    let square = words.rows.iter().map(|x| x * x).sum::<f32>() / words.rows.len() as f32;
    assert!((square - 1.0).abs() < 0.02 && built.error < 1e-3, "{square} {}", built.error);
    assert!(stages.contains(&("encoding", built.pieces as u64)), "{stages:?}");
    assert_eq!(build_words(folder.path(), &settings, &mut |_| ()).unwrap().bytes, built.bytes);
    let wide = WordsSettings { dim: 34, ..settings };
    assert!(build_words(folder.path(), &wide, &mut |_| ()).unwrap_err().to_string().contains("2 to 32"));
}

/// Tokens of a Unigram vocabulary are pieces too; a text tells which of them its language uses.
#[test]
fn a_words_asset_of_an_encoder_of_many_languages() {
    let folder = xlm_roberta();
    let build = |rows, texts: Option<&str>| {
        let texts = texts.map(str::to_owned);
        let settings = WordsSettings { dim: 8, bits: 8, rows, texts, ..WordsSettings::default() };
        build_words(folder.path(), &settings, &mut |_| ()).map(|built| Words::read(&built.bytes).unwrap())
    };
    let words = build(WordsRows::Encoder, None).unwrap();
    assert_eq!((words.lowercase, words.strip_accents), (true, true));
    // Letters, which begin words and continue them, from the most frequent, and then the others.
    assert_eq!(words.pieces[..2], ["##s", "s"]);
    assert_eq!((words.pieces.len(), &words.pieces[52..]), (54, &["light".to_owned(), "the".to_owned()][..]));
    let table = build(WordsRows::Table, None).unwrap();
    assert_eq!(table.pieces, words.pieces);
    assert_ne!(table.rows, words.rows);
    let row = |piece: &str| {
        let at = table.pieces.iter().position(|own| own == piece).unwrap();
        &table.rows[at * 8..][..8]
    };
    assert_eq!(row("s"), row("##s"));
    let chosen = build(WordsRows::Table, Some("The Light")).unwrap();
    assert_eq!(chosen.pieces, words.pieces);
    let chosen = build(WordsRows::Table, Some("lights lighted lightly")).unwrap();
    assert_eq!(chosen.pieces[52..], ["light"]);
    let error = build(WordsRows::Table, Some("光 …")).unwrap_err().to_string();
    assert!(error.contains("tokenizer.json: the texts use no piece of its vocabulary; give"), "{error}");

    let file = folder.path().join("tokenizer.json");
    let mut tokenizer: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let pieces = tokenizer["model"]["vocab"].as_array_mut().unwrap();
    pieces.iter_mut().for_each(|piece| piece[0] = json!(piece[0].as_str().unwrap().replace('▁', "_")));
    tokenizer["pre_tokenizer"] = Value::Null;
    tokenizer["decoder"] = Value::Null;
    write(folder.path(), "tokenizer.json", &tokenizer);
    let error = build(WordsRows::Encoder, None).unwrap_err().to_string();
    assert!(error.contains("tokenizer.json: no piece of the vocabulary begins a word; take"), "{error}");
}

/// Pieces stand between the tokens that the tokenizer puts around a text, whatever their names.
#[test]
fn a_words_asset_with_other_ends() {
    let folder = bert();
    let settings =
        WordsSettings { pieces: 57, dim: 8, bits: 8, licence: None, threads: 2, ..WordsSettings::default() };
    let file = folder.path().join("tokenizer.json");
    let plain: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let build = |post_processor: Value| {
        let mut tokenizer = plain.clone();
        tokenizer["post_processor"] = post_processor;
        write(folder.path(), "tokenizer.json", &tokenizer);
        build_words(folder.path(), &settings, &mut |_| ())
    };
    let usual = build(template(("[CLS]", 2), ("[SEP]", 3))).unwrap();
    assert_ne!(build(template(("[PAD]", 0), ("[UNK]", 1))).unwrap().bytes, usual.bytes);
    let error = build(Value::Null).unwrap_err().to_string();
    assert!(error.contains("tokenizer.json: 0 tokens stand around a text; take"), "{error}");
}

/// The first numbers of embeddings of all-MiniLM-L6-v2, computed in 64 bits with NumPy from the same file.
#[test]
fn a_real_encoder_gives_the_numbers_of_another_program() {
    let Some(folder) = std::env::var_os("STONECHAT_TEACHER") else {
        eprintln!("skipped: no teacher");
        return;
    };
    let mut teacher = Teacher::open(folder.as_ref()).unwrap();
    let expected: [(&str, [f32; 8]); 3] = [
        (
            "set the bedroom lights to thirty percent",
            [0.109495, -0.013589, -0.026785, -0.015713, -0.048558, 0.036351, -0.033787, -0.011924],
        ),
        (
            "Café prices: 20 euros!",
            [0.06697, 0.008768, 0.007707, 0.065907, 0.020073, 0.056959, 0.012924, 0.006005],
        ),
        (
            "unbelievably",
            [-0.018142, -0.026262, -0.039137, 0.084632, -0.065496, -0.099763, 0.044322, -0.03727],
        ),
    ];
    let texts = expected.map(|(text, _)| text);
    for (row, (text, numbers)) in embed(&mut teacher, &texts).chunks_exact(384).zip(expected) {
        let close = row.iter().zip(numbers).all(|(found, expected)| (found - expected).abs() < 1e-4);
        assert!(close, "{text}: {:?}", &row[..8]);
    }
}
