/*
 * Every function with everything that a caller may get wrong: it must answer with the right status and touch nothing that is not
 * its own.
 *
 *     total MODEL_WITH_SLOTS
 */
#include "support.h"

#ifdef STONECHAT_WITHOUT_ALLOCATOR
#define ALLOCATOR 0
#else
#define ALLOCATOR 1
#endif

static const char *about = "total";

#define IS(status, call) CHECK((call) == STONECHAT_STATUS_##status)

static StonechatText text(const char *words) { return (StonechatText){words, strlen(words)}; }

static void nothing(void) {
    StonechatModel *model;
    StonechatEngine *engine;
    size_t length = 7;
    uint8_t byte = 0;
    IS(NULL_POINTER, stonechat_model_open(NULL, 0, &model));
    IS(NULL_POINTER, stonechat_model_open(NULL, 9, &model));
    IS(NULL_POINTER, stonechat_model_open(&byte, 1, NULL));
    IS(NULL_POINTER, stonechat_model_open_in(NULL, 4096, &byte, 1, NULL));
    IS(NOT_A_MODEL, stonechat_model_open(&byte, 0, &model));
    CHECK(model == NULL);
    IS(OUT_OF_RANGE, stonechat_model_open(&byte, SIZE_MAX, &model));
    IS(NULL_POINTER, stonechat_model_info(NULL, NULL));
    IS(NULL_POINTER, stonechat_model_label(NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_model_slot(NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_explain(NULL, 3, NULL, 0, &length));
    IS(NULL_POINTER, stonechat_explain(&byte, 1, NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_engine_new(NULL, &engine));
    CHECK(engine == NULL);
    IS(NULL_POINTER, stonechat_engine_new(NULL, NULL));
    IS(NULL_POINTER, stonechat_engine_size(NULL, &length));
    IS(NULL_POINTER, stonechat_engine_new_in(NULL, 0, NULL, &engine));
    IS(NULL_POINTER, stonechat_engine_kernel(NULL, NULL));
    IS(NULL_POINTER, stonechat_verify(NULL, NULL));
    IS(NULL_POINTER, stonechat_set_values(NULL, "x", strlen("x"), NULL, 0, NULL, 0));
    IS(NULL_POINTER, stonechat_predict(NULL, "x", 1, NULL));
    IS(NULL_POINTER, stonechat_label(NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_ranking(NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_slot(NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_scores(NULL, NULL, 0, NULL));
    IS(NULL_POINTER, stonechat_value(NULL, 0, NULL, NULL));
    IS(NULL_POINTER, stonechat_value_text(NULL, 0, NULL, NULL, 0, NULL));
    stonechat_model_free(NULL);
    stonechat_engine_free(NULL);
    for (int status = -3; status < 40; status++) CHECK(strlen(stonechat_message(status)) > 3);
    CHECK(strchr(stonechat_version(), '.') != NULL);
}

/* Every prefix of a model, and every way to change one of its bytes among some thousands, is refused, and the reason is told. */
static void damaged(const unsigned char *bytes, size_t length) {
    StonechatModel *model;
    char memory[4096], message[400];
    size_t count = 0, asked;
    CHECK(stonechat_model_size() <= sizeof memory);
    for (size_t cut = 0; cut < length; cut += cut < 600 ? 1 : 4999) {
        unsigned char *prefix = malloc(cut + (cut == 0));
        memcpy(prefix, bytes, cut);
        StonechatStatus status = stonechat_model_open_in(memory, sizeof memory, prefix, cut, &model);
        CHECK(status == STONECHAT_STATUS_NOT_A_MODEL || status == STONECHAT_STATUS_DAMAGED);
        CHECK(model == NULL);
        IS(TOO_SHORT, stonechat_explain(prefix, cut, NULL, 0, &asked));
        IS(OK, stonechat_explain(prefix, cut, message, sizeof message, &count));
        CHECK(count == asked && count == strlen(message) && count > 20);
        free(prefix);
    }
    unsigned char *changed = malloc(length);
    memcpy(changed, bytes, length);
    for (size_t at = 0; at < length; at += at < 600 ? 1 : 997) {
        for (int bit = 0; bit < 8; bit += 3) {
            changed[at] ^= (unsigned char)(1 << bit);
            StonechatStatus status = stonechat_model_open_in(memory, sizeof memory, changed, length, &model);
            CHECK(status == STONECHAT_STATUS_NOT_A_MODEL || status == STONECHAT_STATUS_DAMAGED ||
                  status == STONECHAT_STATUS_UNKNOWN_FORMAT || status == STONECHAT_STATUS_OK);
            /* Only a byte that fills a gap between sections may change nothing. */
            if (status != STONECHAT_STATUS_OK) IS(OK, stonechat_explain(changed, length, message, sizeof message, &count));
            changed[at] = bytes[at];
        }
    }
    free(changed);
}

static void short_of_memory(const unsigned char *bytes, size_t length) {
    StonechatModel *model, *again;
    StonechatEngine *engine;
    size_t needed = 0, size = stonechat_model_size();
    char *memory = malloc(size);
    IS(OK, stonechat_model_open_in(memory, size, bytes, length, &model));
    IS(OK, stonechat_engine_size(model, &needed));
    for (size_t less = 0; less < needed - 15; less += less < 400 || less + 200 > needed ? 1 : 1021) {
        char *scratch = malloc(less + (less == 0));
        IS(TOO_SHORT, stonechat_engine_new_in(scratch, less, model, &engine));
        CHECK(engine == NULL);
        free(scratch);
    }
    IS(OUT_OF_RANGE, stonechat_engine_new_in(memory, SIZE_MAX, model, &engine));
    char *scratch = malloc(needed);
    IS(OK, stonechat_engine_new_in(scratch, needed, model, &engine));
    IS(OK, stonechat_verify(engine, NULL));
    stonechat_engine_free(engine);
    free(scratch);
    stonechat_model_free(model);
    IS(TOO_SHORT, stonechat_model_open_in(memory, size / 2, bytes, length, &again));
    CHECK(again == NULL);
    free(memory);
}

static void answers(StonechatModel *model, StonechatEngine *engine) {
    StonechatModelInfo info;
    StonechatText name;
    StonechatAnswer answer;
    StonechatLabel label;
    StonechatSlot slot;
    StonechatValue value;
    int32_t score;
    size_t count = 0;
    char buffer[64];
    IS(OK, stonechat_model_info(model, &info));
    IS(NULL_POINTER, stonechat_model_info(model, NULL));
    IS(NULL_POINTER, stonechat_model_label(model, 0, NULL));
    IS(OUT_OF_RANGE, stonechat_model_label(model, UINT32_MAX, &name));
    IS(OUT_OF_RANGE, stonechat_model_slot(model, UINT32_MAX, NULL));
    IS(NULL_POINTER, stonechat_engine_kernel(engine, NULL));
    IS(OK, stonechat_engine_kernel(engine, &name));
    CHECK(name.length > 3);

    IS(NO_ANSWER, stonechat_label(engine, 0, &label));
    IS(NO_ANSWER, stonechat_ranking(engine, 0, &label));
    IS(NO_ANSWER, stonechat_slot(engine, 0, &slot));
    IS(NO_ANSWER, stonechat_scores(engine, &score, 1, &count));
    IS(NO_ANSWER, stonechat_value(engine, 0, NULL, &value));

    const char *words = "set the bedroom lights to thirty percent tomorrow at half past six";
    IS(OK, stonechat_predict(engine, words, strlen(words), NULL));
    IS(OK, stonechat_predict(engine, words, strlen(words), &answer));
    CHECK(answer.slots >= 2);
    IS(NULL_POINTER, stonechat_label(engine, 0, NULL));
    IS(NULL_POINTER, stonechat_ranking(engine, 0, NULL));
    IS(NULL_POINTER, stonechat_slot(engine, 0, NULL));
    IS(NULL_POINTER, stonechat_value(engine, 0, NULL, NULL));
    IS(NULL_POINTER, stonechat_value_text(engine, 0, NULL, buffer, sizeof buffer, NULL));
    IS(NULL_POINTER, stonechat_scores(engine, &score, 1, NULL));
    IS(TOO_SHORT, stonechat_scores(engine, NULL, SIZE_MAX, &count));
    CHECK(count == info.labels);
    IS(OUT_OF_RANGE, stonechat_label(engine, UINT32_MAX, &label));
    IS(OUT_OF_RANGE, stonechat_ranking(engine, UINT32_MAX, &label));
    IS(OUT_OF_RANGE, stonechat_slot(engine, answer.slots, &slot));
    IS(OUT_OF_RANGE, stonechat_value(engine, UINT32_MAX, NULL, &value));
    buffer[0] = 'x';
    IS(TOO_SHORT, stonechat_value_text(engine, 0, NULL, buffer, 1, &count));
    CHECK(buffer[0] == 0 && count > 0);

    /* What is no time is no time, and not another. */
    StonechatTime times[] = {{0, 1, 1, 0, 0, 0}, {10000, 1, 1, 0, 0, 0}, {2026, 0, 1, 0, 0, 0}, {2026, 13, 1, 0, 0, 0},
                             {2026, 2, 29, 0, 0, 0}, {2026, 1, 257, 0, 0, 0}, {2026, 1, 1, 24, 0, 0},
                             {2026, 1, 1, 256, 0, 0}, {2026, 1, 1, 0, 60, 0}, {2026, 1, 1, 0, 0, 60},
                             {INT32_MIN, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        IS(NO_SUCH_TIME, stonechat_value(engine, 0, &times[i], &value));

    /* A text that fails leaves no answer. */
    const char *bad[] = {"\xff", "\xc0\x80", "\xed\xa0\x80", "ok \xe2\x82", "\xf4\x90\x80\x80", "\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        IS(NOT_UTF8, stonechat_predict(engine, bad[i], strlen(bad[i]), &answer));
        IS(NO_ANSWER, stonechat_ranking(engine, 0, &label));
    }
    IS(NULL_POINTER, stonechat_predict(engine, NULL, 3, &answer));
    IS(OUT_OF_RANGE, stonechat_predict(engine, "x", SIZE_MAX, &answer));
    IS(OK, stonechat_predict(engine, NULL, 0, &answer));
    CHECK(answer.words == 0 && answer.decision == STONECHAT_ABSTAIN && answer.reason == STONECHAT_REASON_NO_KNOWN_WORDS);
    IS(OK, stonechat_predict(engine, "a\0b", 3, &answer));

    /* A text of a million bytes. */
    size_t many = 1000000;
    char *lots = malloc(many);
    for (size_t i = 0; i < many; i++) lots[i] = "ab c"[i % 4];
    IS(OK, stonechat_predict(engine, lots, many, &answer));
    CHECK(answer.truncated == 1 && answer.characters <= info.max_characters);
    free(lots);
    IS(OK, stonechat_predict(engine, "x", 1, NULL));
}

static void values(StonechatEngine *engine) {
    StonechatAnswer answer;
    StonechatSlot slot;
    StonechatValue value;
    StonechatText list[] = {text("Wintergarten"), text("cellar")};
    StonechatPhrase phrases[] = {{text("conservatory"), 0}, {text("wintergarten"), 0}, {text("cellar"), 1}};
    if (!ALLOCATOR) {
        IS(NO_ALLOCATOR, stonechat_set_values(engine, "room", strlen("room"), phrases, 3, list, 2));
        return;
    }
    IS(UNKNOWN_SLOT, stonechat_set_values(engine, "rooom", strlen("rooom"), phrases, 3, list, 2));
    IS(UNKNOWN_SLOT, stonechat_set_values(engine, NULL, 0, phrases, 3, list, 2));
    IS(NULL_POINTER, stonechat_set_values(engine, NULL, 4, phrases, 3, list, 2));
    IS(NOT_A_CHOICE, stonechat_set_values(engine, "level", strlen("level"), phrases, 3, list, 2));
    IS(NOT_UTF8, stonechat_set_values(engine, "\xff", strlen("\xff"), phrases, 3, list, 2));
    IS(UNKNOWN_VALUE, stonechat_set_values(engine, "room", strlen("room"), phrases, 3, list, 1));
    IS(NULL_POINTER, stonechat_set_values(engine, "room", strlen("room"), NULL, 3, list, 2));
    IS(NULL_POINTER, stonechat_set_values(engine, "room", strlen("room"), phrases, 3, NULL, 2));
    IS(OUT_OF_RANGE, stonechat_set_values(engine, "room", strlen("room"), phrases, SIZE_MAX, list, 2));
    IS(OUT_OF_RANGE, stonechat_set_values(engine, "room", strlen("room"), phrases, SIZE_MAX / sizeof *phrases + 1, list, 2));
    StonechatText bad[] = {text("\xc3"), text("cellar")};
    IS(NOT_UTF8, stonechat_set_values(engine, "room", strlen("room"), phrases, 3, bad, 2));
    IS(OK, stonechat_verify(engine, NULL));
    IS(OK, stonechat_set_values(engine, "room", strlen("room"), phrases, 3, list, 2));
    IS(VALUES_SET, stonechat_verify(engine, NULL));
    const char *words = "turn off the lights in the conservatory";
    IS(OK, stonechat_predict(engine, words, strlen(words), &answer));
    int found = 0;
    for (uint32_t i = 0; i < answer.slots; i++) {
        IS(OK, stonechat_slot(engine, i, &slot));
        if (!same(slot.name, "room", 4)) continue;
        IS(OK, stonechat_value(engine, i, NULL, &value));
        CHECK(same(value.text, "Wintergarten", 12) && value.index == 0 && value.distance == 0);
        found = 1;
    }
    CHECK(found);
    IS(OK, stonechat_set_values(engine, "room", strlen("room"), NULL, 0, NULL, 0));
    IS(OK, stonechat_predict(engine, words, strlen(words), &answer));
}

int main(int count, char **arguments) {
    size_t length, needed = 0;
    StonechatModel *model;
    StonechatEngine *engine;
    if (count != 2) return 2;
    unsigned char *bytes = read_file(arguments[1], &length);
    nothing();
    damaged(bytes, length);
    short_of_memory(bytes, length);

    char *memory = malloc(stonechat_model_size());
    IS(OK, stonechat_model_open_in(memory, stonechat_model_size(), bytes, length, &model));
    IS(OK, stonechat_engine_size(model, &needed));
    char *scratch = malloc(needed);
    IS(OK, stonechat_engine_new_in(scratch, needed, model, &engine));
    answers(model, engine);
    values(engine);
    stonechat_engine_free(engine);
    if (ALLOCATOR) {
        IS(OK, stonechat_engine_new(model, &engine));
        answers(model, engine);
        values(engine);
        stonechat_engine_free(engine);
    } else {
        IS(NO_ALLOCATOR, stonechat_engine_new(model, &engine));
        CHECK(engine == NULL);
    }
    stonechat_model_free(model);
    free(scratch);
    free(memory);
    free(bytes);
    puts("total: every function answers to everything");
    return 0;
}
