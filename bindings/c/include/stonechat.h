/*
 * Stonechat: runs a model file over text. Small, exact, offline.
 *
 * Written by `cargo xtask header`: do not edit.
 *
 *     StonechatModel *model;
 *     StonechatEngine *engine;
 *     StonechatAnswer answer;
 *     StonechatLabel label;
 *     if (stonechat_model_open(bytes, length, &model) == STONECHAT_STATUS_OK &&
 *         stonechat_engine_new(model, &engine) == STONECHAT_STATUS_OK &&
 *         stonechat_predict(engine, text, strlen(text), &answer) == STONECHAT_STATUS_OK &&
 *         answer.decision == STONECHAT_ACCEPT && stonechat_ranking(engine, 0, &label) == STONECHAT_STATUS_OK)
 *         printf("%.*s\n", (int)label.name.length, label.name.start);
 *
 * Errors. Every function that can fail returns a status; a word such as NOT_UTF8 in a comment stands for
 * STONECHAT_STATUS_NOT_UTF8, and stonechat_message has a sentence for each. Null pointers, short buffers, damaged or hostile
 * files and texts that are not UTF-8 are such failures; nothing is written then unless the function says so. No function stops
 * the program or throws; but see stonechat_set_values for a heap that is exhausted.
 *
 * What the caller must see to. A handle is alive from the call that makes it to the one that frees it, and is not used outside.
 * The bytes of a model outlive the model, the model outlives its engines, a text outlives the reading of its answer. A buffer
 * has the length that is given with it.
 *
 * Threads. A model is never written: any number of threads may use it and make engines of it at once, without locks. An engine,
 * with its answer, is one thread's at a time: give each thread one of its own. It may wander from thread to thread, if what the
 * one did is visible to the other. The library has no globals, no threads and no locks.
 *
 * Memory. stonechat_model_open and stonechat_engine_new take all memory when they are called, and answers take none. The
 * functions that end in _in allocate nothing ever; a library built without an allocator (no default features) has these alone,
 * and answers the others with NO_ALLOCATOR.
 */


#ifndef STONECHAT_H
#define STONECHAT_H

#include <stddef.h>
#include <stdint.h>


/**
 * Confidences are integers; this one is certainty.
 */
#define STONECHAT_CERTAIN 65536

/**
 * The engine stands by its answer.
 */
#define STONECHAT_ACCEPT 0

/**
 * The engine does not know; the answer is its best guess.
 */
#define STONECHAT_ABSTAIN 1

/**
 * There is no reason, because the engine stands by its answer.
 */
#define STONECHAT_REASON_NONE 0

/**
 * No word of the text is known to the model.
 */
#define STONECHAT_REASON_NO_KNOWN_WORDS 1

/**
 * The answer is less certain than the model asks for.
 */
#define STONECHAT_REASON_LOW_CONFIDENCE 2

/**
 * The text is unlike those that the model learned from, or about something else than the task.
 */
#define STONECHAT_REASON_OUT_OF_SCOPE 3

/**
 * The text lacks a slot that its label requires.
 */
#define STONECHAT_REASON_MISSING_SLOT 4

/**
 * The text is longer than the model reads.
 */
#define STONECHAT_REASON_TOO_LONG 5

/**
 * A slot that the label requires is less certain than the model asks for.
 */
#define STONECHAT_REASON_UNSURE_SLOT 6

/**
 * A reason that has no number here; `reason_name` tells.
 */
#define STONECHAT_REASON_OTHER 255

/**
 * The text itself.
 */
#define STONECHAT_TYPE_TEXT 0

/**
 * One of a list of values: `text`, `index`, `distance`.
 */
#define STONECHAT_TYPE_CHOICE 1

/**
 * A number: `mantissa`, `decimals`.
 */
#define STONECHAT_TYPE_NUMBER 2

/**
 * A place in an order, from 1: `mantissa`.
 */
#define STONECHAT_TYPE_ORDINAL 3

/**
 * So many hundredths: `mantissa`, `decimals`.
 */
#define STONECHAT_TYPE_PERCENT 4

/**
 * So many degrees: `mantissa`, `decimals`, `unit`.
 */
#define STONECHAT_TYPE_TEMPERATURE 5

/**
 * A length of time: `months`, `days`, `milliseconds`.
 */
#define STONECHAT_TYPE_DURATION 6

/**
 * A part of the calendar: `date`.
 */
#define STONECHAT_TYPE_DATE 7

/**
 * A time of day: `has_time`.
 */
#define STONECHAT_TYPE_TIME 8

/**
 * A date, with a time of day where there is one: `date`, `has_time`.
 */
#define STONECHAT_TYPE_DATETIME 9

/**
 * An amount of money: `mantissa`, `decimals`, `unit`.
 */
#define STONECHAT_TYPE_MONEY 10

/**
 * The text itself, which the slot's pattern matches: `text`.
 */
#define STONECHAT_TYPE_REGEX 11

/**
 * There is no date.
 */
#define STONECHAT_DATE_NONE 0

/**
 * One day: `year`, `month`, `day`.
 */
#define STONECHAT_DATE_DAY 1

/**
 * A week as ISO 8601 counts: `year`, `week`.
 */
#define STONECHAT_DATE_WEEK 2

/**
 * A month: `year`, `month`.
 */
#define STONECHAT_DATE_MONTH 3

/**
 * A year: `year`.
 */
#define STONECHAT_DATE_YEAR 4

/**
 * Several days, both ends included: `year`, `month`, `day` to `last_year`, `last_month`, `last_day`.
 */
#define STONECHAT_DATE_INTERVAL 5

/**
 * What became of a call. Later versions may add values: treat one that you do not know as a failure.
 */
enum StonechatStatus
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Done.
     */
    STONECHAT_STATUS_OK = 0,
    /**
     * A pointer that must not be null is null, or no such thing can begin where it points.
     */
    STONECHAT_STATUS_NULL_POINTER = 1,
    /**
     * A text is not UTF-8.
     */
    STONECHAT_STATUS_NOT_UTF8 = 2,
    /**
     * The bytes do not begin as a model file does.
     */
    STONECHAT_STATUS_NOT_A_MODEL = 3,
    /**
     * The file needs a newer engine: its version, tier or a section is not known.
     */
    STONECHAT_STATUS_UNKNOWN_FORMAT = 4,
    /**
     * The file is damaged; `stonechat_explain` tells where.
     */
    STONECHAT_STATUS_DAMAGED = 5,
    /**
     * The buffer or the memory is too short; where the function says so, it tells how much is needed.
     */
    STONECHAT_STATUS_TOO_SHORT = 6,
    /**
     * There is nothing at this index.
     */
    STONECHAT_STATUS_OUT_OF_RANGE = 7,
    /**
     * The engine has not answered anything yet, or was asked something else since.
     */
    STONECHAT_STATUS_NO_ANSWER = 8,
    /**
     * The slot's text stands for no value of its type, or only with a time to count from.
     */
    STONECHAT_STATUS_UNRESOLVED = 9,
    /**
     * A recorded example is answered otherwise than the file says: the file, the library or the machine is broken.
     */
    STONECHAT_STATUS_MISMATCH = 10,
    /**
     * The calendar or the clock has no such time.
     */
    STONECHAT_STATUS_NO_SUCH_TIME = 11,
    /**
     * The model has no slot of this name.
     */
    STONECHAT_STATUS_UNKNOWN_SLOT = 12,
    /**
     * The slot is not of type choice, and takes no list of values.
     */
    STONECHAT_STATUS_NOT_A_CHOICE = 13,
    /**
     * A phrase stands for a value that is not in the list.
     */
    STONECHAT_STATUS_UNKNOWN_VALUE = 14,
    /**
     * The engine has lists of values that the file does not know, so the recorded examples prove nothing.
     */
    STONECHAT_STATUS_VALUES_SET = 15,
    /**
     * This library was built without an allocator; use the functions that take memory of yours.
     */
    STONECHAT_STATUS_NO_ALLOCATOR = 16,
    /**
     * There is not enough memory.
     */
    STONECHAT_STATUS_OUT_OF_MEMORY = 17,
    /**
     * The library failed in a way that should be impossible; free the engine and report it.
     */
    STONECHAT_STATUS_INTERNAL = 18,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum StonechatStatus StonechatStatus;
#else
typedef int32_t StonechatStatus;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * An engine: it runs a model, and holds the last answer. One thread at a time may use it.
 */
typedef struct StonechatEngine StonechatEngine;

/**
 * A model: bytes that were checked. It is never written, so any number of threads may use it at once.
 */
typedef struct StonechatModel StonechatModel;

/**
 * A text: UTF-8 of this many bytes, NOT ended by a zero. Print it with `printf("%.*s", (int)text.length, text.start)`. It
 * belongs to whoever the function says; it is never to be freed. An empty one may begin anywhere, at null too.
 */
typedef struct StonechatText {
    /**
     * The first byte.
     */
    const char *start;
    /**
     * Number of bytes.
     */
    size_t length;
} StonechatText;

/**
 * What there is in a model.
 */
typedef struct StonechatModelInfo {
    /**
     * Number of labels; 0 in a model of slots alone.
     */
    uint32_t labels;
    /**
     * Number of slots; 0 in a model without.
     */
    uint32_t slots;
    /**
     * Whether a text may have any number of labels: 0 or 1.
     */
    uint32_t multi_label;
    /**
     * Characters of a text that are read; the rest does not count.
     */
    uint32_t max_characters;
    /**
     * Which kind of model it is, such as `bag`. Lives as long as the library.
     */
    struct StonechatText tier;
    /**
     * Task, recipe, data and metrics, as JSON. Lives as long as the bytes of the model.
     */
    struct StonechatText meta;
} StonechatModelInfo;

/**
 * A slot that a model finds.
 */
typedef struct StonechatSlotInfo {
    /**
     * Its name. Lives as long as the bytes of the model.
     */
    struct StonechatText name;
    /**
     * The type of its values, a `STONECHAT_TYPE_…`.
     */
    uint32_t kind;
    /**
     * The name of the type, such as `datetime`. Lives as long as the library.
     */
    struct StonechatText kind_name;
} StonechatSlotInfo;

/**
 * A phrase that stands for a value of a list.
 */
typedef struct StonechatPhrase {
    /**
     * The phrase, as people say it.
     */
    struct StonechatText phrase;
    /**
     * The place in the list of what it stands for, from 0.
     */
    uint32_t value;
} StonechatPhrase;

/**
 * An answer. What it points to lives until the engine is asked again, verified, given values or freed.
 */
typedef struct StonechatAnswer {
    /**
     * `STONECHAT_ACCEPT` or `STONECHAT_ABSTAIN`.
     */
    uint32_t decision;
    /**
     * Why the engine abstains, a `STONECHAT_REASON_…`.
     */
    uint32_t reason;
    /**
     * The word for it, such as `low_confidence`; empty without a reason. Lives as long as the library.
     */
    struct StonechatText reason_name;
    /**
     * The confidence of the whole answer, in 65536ths.
     */
    uint32_t confidence;
    /**
     * How many labels the answer has, for `stonechat_label`: one; of a multi-label model any number; of a model of slots alone,
     * none.
     */
    uint32_t labels;
    /**
     * How many labels the ranking names, for `stonechat_ranking`: at most 5.
     */
    uint32_t ranking;
    /**
     * How many slots were found, for `stonechat_slot`.
     */
    uint32_t slots;
    /**
     * Number of scores, for `stonechat_scores`: one for each label of the model.
     */
    uint32_t scores;
    /**
     * The name of the first slot that the label requires and the text lacks; empty if none does.
     */
    struct StonechatText missing_slot;
    /**
     * Characters of the text that were read.
     */
    uint32_t characters;
    /**
     * Whether the text was longer than the model reads: 0 or 1.
     */
    uint32_t truncated;
    /**
     * Words in the text; in scripts without spaces, characters.
     */
    uint32_t words;
    /**
     * Words that the model knows; in scripts without spaces, shortest n-grams of characters.
     */
    uint32_t known_words;
    /**
     * Features that the model knows and that made the answer.
     */
    uint32_t features;
} StonechatAnswer;

/**
 * A label of an answer.
 */
typedef struct StonechatLabel {
    /**
     * Its place in the model's list of labels.
     */
    uint32_t index;
    /**
     * Its name. Lives as long as the bytes of the model.
     */
    struct StonechatText name;
    /**
     * Its logit, in 65536ths: equal on every machine, bit for bit.
     */
    int32_t score;
    /**
     * How probable it is, in 65536ths.
     */
    uint32_t confidence;
} StonechatLabel;

/**
 * A slot of an answer.
 */
typedef struct StonechatSlot {
    /**
     * Its place in the model's list of slots.
     */
    uint32_t index;
    /**
     * The type of its value, a `STONECHAT_TYPE_…`; `stonechat_value` tells the value.
     */
    uint32_t kind;
    /**
     * Its name. Lives as long as the bytes of the model.
     */
    struct StonechatText name;
    /**
     * The part of the text that it is: it points into the caller's text.
     */
    struct StonechatText text;
    /**
     * Offset in bytes where it begins; never inside a character.
     */
    uint32_t start;
    /**
     * Offset in bytes where it ends.
     */
    uint32_t end;
    /**
     * How probable it is that the slot has exactly these limits, in 65536ths.
     */
    uint32_t confidence;
    /**
     * `STONECHAT_ACCEPT`, or `STONECHAT_ABSTAIN` where that is less than the model asks of a slot.
     */
    uint32_t decision;
} StonechatSlot;

/**
 * A local date and time that `tomorrow` counts from.
 */
typedef struct StonechatTime {
    /**
     * 1 to 9999.
     */
    int32_t year;
    /**
     * 1 to 12.
     */
    uint32_t month;
    /**
     * 1 to 31.
     */
    uint32_t day;
    /**
     * 0 to 23.
     */
    uint32_t hour;
    /**
     * 0 to 59.
     */
    uint32_t minute;
    /**
     * 0 to 59.
     */
    uint32_t second;
} StonechatTime;

/**
 * What a slot's text stands for. `kind` says which fields count; all others are zero.
 */
typedef struct StonechatValue {
    /**
     * The digits of a number without the point: the number is `mantissa` / 10^`decimals`, exactly.
     */
    int64_t mantissa;
    /**
     * Of a duration: hours, minutes and seconds, in milliseconds.
     */
    uint64_t milliseconds;
    /**
     * Of a duration: days; a week is seven.
     */
    uint32_t days;
    /**
     * Of a duration: months; a year is twelve.
     */
    uint32_t months;
    /**
     * The type, a `STONECHAT_TYPE_…`.
     */
    uint32_t kind;
    /**
     * How many digits stand behind the point: 0 to 18.
     */
    uint32_t decimals;
    /**
     * Of a choice: its place among the values.
     */
    uint32_t index;
    /**
     * Of a choice: how many edits the text is away from a phrase, 0 to 2.
     */
    uint32_t distance;
    /**
     * Which part of the calendar a date is, a `STONECHAT_DATE_…`.
     */
    uint32_t date;
    /**
     * 1 to 9999.
     */
    int32_t year;
    /**
     * 1 to 12.
     */
    uint32_t month;
    /**
     * 1 to 31.
     */
    uint32_t day;
    /**
     * 1 to 53.
     */
    uint32_t week;
    /**
     * Of an interval: the year of its last day.
     */
    int32_t last_year;
    /**
     * Of an interval: the month of its last day.
     */
    uint32_t last_month;
    /**
     * Of an interval: its last day.
     */
    uint32_t last_day;
    /**
     * Whether there is a time of day: 0 or 1.
     */
    uint32_t has_time;
    /**
     * 0 to 23.
     */
    uint32_t hour;
    /**
     * 0 to 59.
     */
    uint32_t minute;
    /**
     * 0 to 59.
     */
    uint32_t second;
    /**
     * Of a time: whether the text says which half of the day is meant, 0 or 1. If not, the time may be twelve hours off.
     */
    uint32_t meridiem_known;
    /**
     * A text, a match of a pattern, or the declared value of a choice. Lives as the answer does.
     */
    struct StonechatText text;
    /**
     * `celsius`, `fahrenheit`, `degree` or the ISO 4217 code of a currency. Lives as long as the library.
     */
    struct StonechatText unit;
} StonechatValue;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The words for a status, in English, ended by a zero. Never null, whatever the number; never to be freed.
 */
const char *stonechat_message(int32_t status);

/**
 * The version of the library, such as `0.1.0`, ended by a zero. Never null, never to be freed.
 */
const char *stonechat_version(void);

/**
 * Opens a model in memory from the heap. The bytes are not copied: they must stay where they are, unchanged, until the model is
 * freed; a memory-mapped file or flash will do. The work is linear in their number.
 *
 * `NOT_A_MODEL`, `UNKNOWN_FORMAT`, `DAMAGED`: the bytes are refused, and `stonechat_explain` says why. `OUT_OF_MEMORY`,
 * `NO_ALLOCATOR`, `NULL_POINTER`. On failure `*model` is null.
 */
StonechatStatus stonechat_model_open(const uint8_t *start,
                                     size_t length,
                                     struct StonechatModel **model);

/**
 * Bytes that `stonechat_model_open_in` needs, wherever they begin: a few hundred, the same for every model.
 */
size_t stonechat_model_size(void);

/**
 * Opens a model, as `stonechat_model_open`, in memory of the caller's: nothing is allocated. The memory may begin anywhere and
 * hold anything; it is the model's until that is freed. `*model` points into it.
 *
 * `TOO_SHORT`: there must be `stonechat_model_size` bytes.
 */
StonechatStatus stonechat_model_open_in(void *memory,
                                        size_t memory_length,
                                        const uint8_t *start,
                                        size_t length,
                                        struct StonechatModel **model);

/**
 * Says, in English, at which byte which rule is broken and what to do, about bytes that were refused; of a good model, nothing.
 * Writes the message and a zero into `buffer`, and the message's length without the zero to `*needed`.
 *
 * `TOO_SHORT`: the buffer has no room for both (or is null, to ask for the length).
 */
StonechatStatus stonechat_explain(const uint8_t *start,
                                  size_t length,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *needed);

/**
 * Ends a model. Its engines must have been freed before. Null is nothing. Memory that the caller gave is the caller's again.
 */
void stonechat_model_free(struct StonechatModel *model);

/**
 * Tells what there is in a model.
 */
StonechatStatus stonechat_model_info(const struct StonechatModel *model, struct StonechatModelInfo *info);

/**
 * The name of a label, which lives as long as the bytes of the model.
 *
 * `OUT_OF_RANGE`: there is no such label.
 */
StonechatStatus stonechat_model_label(const struct StonechatModel *model,
                                      uint32_t index,
                                      struct StonechatText *name);

/**
 * The name and the type of a slot.
 *
 * `OUT_OF_RANGE`: there is no such slot.
 */
StonechatStatus stonechat_model_slot(const struct StonechatModel *model,
                                     uint32_t index,
                                     struct StonechatSlotInfo *slot);

/**
 * Makes an engine in memory from the heap, all of it taken now. The model must outlive it.
 *
 * `OUT_OF_MEMORY`, `NO_ALLOCATOR`, `NULL_POINTER`. On failure `*engine` is null.
 */
StonechatStatus stonechat_engine_new(const struct StonechatModel *model, struct StonechatEngine **engine);

/**
 * Tells how many bytes `stonechat_engine_new_in` needs for an engine of this model, wherever they begin; `stonechat_engine_new`
 * takes as many from the heap.
 */
StonechatStatus stonechat_engine_size(const struct StonechatModel *model,
                                      size_t *bytes);

/**
 * Makes an engine in memory of the caller's: nothing is allocated, now or later. The memory may begin anywhere and hold
 * anything; it is the engine's until that is freed. `*engine` points into it. The model must outlive the engine.
 *
 * `TOO_SHORT`: there must be as many bytes as `stonechat_engine_size` tells.
 */
StonechatStatus stonechat_engine_new_in(void *memory,
                                        size_t memory_length,
                                        const struct StonechatModel *model,
                                        struct StonechatEngine **engine);

/**
 * Ends an engine and its answer. Null is nothing. Memory that the caller gave is the caller's again.
 */
void stonechat_engine_free(struct StonechatEngine *engine);

/**
 * The name of the instructions that the engine computes with, such as `avx2`; the answers do not depend on it. Lives as long as
 * the library.
 */
StonechatStatus stonechat_engine_kernel(const struct StonechatEngine *engine,
                                        struct StonechatText *name);

/**
 * Answers the examples recorded in the model and compares, bit for bit. Writes how many there are to `*examples`, unless that is
 * null; if one is answered otherwise, its number, counted from 0. The last answer ends.
 *
 * `MISMATCH`: the file, the library or the machine is broken; do not use it. `VALUES_SET`: the engine must have the lists of
 * values of its model.
 */
StonechatStatus stonechat_verify(struct StonechatEngine *engine,
                                 size_t *examples);

/**
 * Gives a slot of type choice another list of values, without training: from now on its phrases are looked for in texts, and
 * stand for the values. A value is found by its own name only if that is among the phrases. Everything is copied, into memory
 * from the heap. The last answer ends.
 *
 * `UNKNOWN_SLOT`, `NOT_A_CHOICE`, `UNKNOWN_VALUE`, `NOT_UTF8`, `NULL_POINTER`: nothing was changed. `NO_ALLOCATOR`: this library
 * cannot do it. It is the one function that ends the program when the heap is exhausted.
 */
StonechatStatus stonechat_set_values(struct StonechatEngine *engine,
                                     const char *slot,
                                     size_t slot_length,
                                     const struct StonechatPhrase *phrases,
                                     size_t phrase_count,
                                     const struct StonechatText *values,
                                     size_t value_count);

/**
 * Answers to a text of this many bytes. The text is not copied: it must stay, unchanged, for as long as the answer is read. The
 * last answer ends. Beyond checking that the text is UTF-8, the time it takes is bounded by the characters that the model reads.
 *
 * `NOT_UTF8`, `NULL_POINTER`: there is no answer. `answer` may be null; the functions below tell the rest.
 */
StonechatStatus stonechat_predict(struct StonechatEngine *engine,
                                  const char *text,
                                  size_t length,
                                  struct StonechatAnswer *answer);

/**
 * A label of the answer: the best one, or, of a multi-label model, each that is likely enough, in the order of the model.
 *
 * `NO_ANSWER`, `OUT_OF_RANGE`.
 */
StonechatStatus stonechat_label(const struct StonechatEngine *engine,
                                uint32_t index,
                                struct StonechatLabel *label);

/**
 * A label of the ranking, best first. Of equal scores the label that the model names first comes first.
 *
 * `NO_ANSWER`, `OUT_OF_RANGE`.
 */
StonechatStatus stonechat_ranking(const struct StonechatEngine *engine,
                                  uint32_t index,
                                  struct StonechatLabel *label);

/**
 * A slot of the answer, in the order of the text. Slots never overlap.
 *
 * `NO_ANSWER`, `OUT_OF_RANGE`.
 */
StonechatStatus stonechat_slot(const struct StonechatEngine *engine,
                               uint32_t index,
                               struct StonechatSlot *slot);

/**
 * Copies the scores of all labels, in the order of the model's labels, in 65536ths, and writes how many there are to `*count`.
 *
 * `NO_ANSWER`. `TOO_SHORT`: `capacity` is less than that (or `scores` null, to ask for the number); nothing was copied.
 */
StonechatStatus stonechat_scores(const struct StonechatEngine *engine,
                                 int32_t *scores,
                                 size_t capacity,
                                 size_t *count);

/**
 * What the text of a slot stands for, by the type of the slot. What depends on the day or the time counts from `now`, which may
 * be null.
 *
 * `UNRESOLVED`: it stands for no value of its type, or only with a `now`. `NO_SUCH_TIME`: `now` is none. `NO_ANSWER`,
 * `OUT_OF_RANGE`: there is no such slot in the answer.
 */
StonechatStatus stonechat_value(const struct StonechatEngine *engine,
                                uint32_t slot,
                                const struct StonechatTime *now,
                                struct StonechatValue *value);

/**
 * The same as text, with a zero behind it: numbers as `12.5`, without their unit; dates, times and durations as ISO 8601 has
 * them; everything else as it is. Writes its length without the zero to `*length`.
 *
 * As `stonechat_value`, and `TOO_SHORT`: the buffer has no room for both (or is null, to ask for the length).
 */
StonechatStatus stonechat_value_text(const struct StonechatEngine *engine,
                                     uint32_t slot,
                                     const struct StonechatTime *now,
                                     char *buffer,
                                     size_t capacity,
                                     size_t *length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* STONECHAT_H */
