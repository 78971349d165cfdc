/*
 * Replays the golden tables (golden/README.md defines them) through the C interface, bit for bit:
 *
 *     golden FOLDER TABLE...
 *
 * with models and engines on the heap, then in memory of the program's at odd addresses, then of one model in four threads at once.
 * Texts lie in memory of exactly their length, so that a tool that watches memory sees each byte that is read beyond.
 */
#include <pthread.h>

#include "json.h"
#include "support.h"

#ifdef STONECHAT_WITHOUT_ALLOCATOR
#define HEAP STONECHAT_STATUS_NO_ALLOCATOR
#else
#define HEAP STONECHAT_STATUS_OK
#endif

typedef struct {
    const char *path;
    const Json *head;
    Json **cases;
    size_t count;
    const StonechatModel *model;
} Table;

static unsigned long long hash_of(const int32_t *scores, size_t count) {
    unsigned long long hash = 0xcbf29ce484222325ULL;
    for (size_t i = 0; i < count; i++)
        for (int byte = 0; byte < 4; byte++)
            hash = (hash ^ ((uint32_t)scores[i] >> 8 * byte & 0xff)) * 0x100000001b3ULL;
    return hash;
}

/* The number of characters before a byte of a text. */
static size_t characters(const char *text, size_t end) {
    size_t count = 0;
    for (size_t i = 0; i < end; i++) count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static int is(StonechatText text, const Json *due) {
    return due->kind == JSON_NULL ? text.length == 0 : same(text, due->string, due->length);
}

/* The same value, made from its fields, as the text that it should be. */
static void from_fields(const StonechatValue *v, char *out, size_t capacity) {
    char date[96] = "", time[40] = "";
    switch (v->date) {
    case STONECHAT_DATE_DAY: snprintf(date, sizeof date, "%04d-%02u-%02u", v->year, v->month, v->day); break;
    case STONECHAT_DATE_WEEK: snprintf(date, sizeof date, "%04d-W%02u", v->year, v->week); break;
    case STONECHAT_DATE_MONTH: snprintf(date, sizeof date, "%04d-%02u", v->year, v->month); break;
    case STONECHAT_DATE_YEAR: snprintf(date, sizeof date, "%04d", v->year); break;
    case STONECHAT_DATE_INTERVAL:
        snprintf(date, sizeof date, "%04d-%02u-%02u/%04d-%02u-%02u", v->year, v->month, v->day, v->last_year,
                 v->last_month, v->last_day);
        break;
    default: break;
    }
    if (v->has_time) {
        if (v->second > 0) snprintf(time, sizeof time, "%02u:%02u:%02u", v->hour, v->minute, v->second);
        else snprintf(time, sizeof time, "%02u:%02u", v->hour, v->minute);
    }
    switch (v->kind) {
    case STONECHAT_TYPE_TEXT:
    case STONECHAT_TYPE_REGEX:
    case STONECHAT_TYPE_CHOICE: snprintf(out, capacity, "%.*s", (int)v->text.length, v->text.start); break;
    case STONECHAT_TYPE_DATE:
    case STONECHAT_TYPE_TIME:
    case STONECHAT_TYPE_DATETIME:
        snprintf(out, capacity, "%s%s%s", date, v->date != 0 && v->has_time ? "T" : "", time);
        break;
    case STONECHAT_TYPE_DURATION: out[0] = 0; break;
    default: {
        long long power = 1;
        for (uint32_t i = 0; i < v->decimals; i++) power *= 10;
        unsigned long long digits = v->mantissa < 0 ? 0ULL - (unsigned long long)v->mantissa : (unsigned long long)v->mantissa;
        int used = snprintf(out, capacity, "%s%llu", v->mantissa < 0 ? "-" : "", digits / (unsigned long long)power);
        if (v->decimals > 0)
            snprintf(out + used, capacity - (size_t)used, ".%0*llu", (int)v->decimals, digits % (unsigned long long)power);
    }
    }
}

static void check_slot(StonechatEngine *engine, uint32_t index, const Json *due, const char *text,
                       const StonechatTime *now, const char *about) {
    StonechatSlot slot;
    StonechatValue value;
    size_t length = 0;
    CHECK(stonechat_slot(engine, index, &slot) == STONECHAT_STATUS_OK);
    CHECK(is(slot.name, json_string(due, "name")));
    CHECK(slot.confidence == json_number(due, "confidence"));
    CHECK(characters(text, slot.start) == json_number(due, "start"));
    CHECK(characters(text, slot.end) == json_number(due, "end"));
    CHECK(slot.text.start == text + slot.start && slot.text.length == slot.end - slot.start);
    const Json *expected = json_get(due, "value");
    StonechatStatus status = stonechat_value(engine, index, now, &value);
    if (expected->kind == JSON_NULL) {
        CHECK(status == STONECHAT_STATUS_UNRESOLVED);
        CHECK(stonechat_value_text(engine, index, now, NULL, 0, &length) == STONECHAT_STATUS_UNRESOLVED);
        return;
    }
    CHECK(status == STONECHAT_STATUS_OK);
    CHECK(value.kind == slot.kind);
    CHECK(is(value.unit, json_get(due, "unit")));
    const Json *distance = json_get(due, "distance");
    CHECK(distance->kind == JSON_NULL ? value.distance == 0 : value.distance == distance->number);
    /* Asked for the length first; one byte too few is refused, and no byte too many is written. */
    CHECK(stonechat_value_text(engine, index, now, NULL, 0, &length) == STONECHAT_STATUS_TOO_SHORT);
    CHECK(length == expected->length);
    char *words = malloc(length + 1);
    CHECK(stonechat_value_text(engine, index, now, words, length, &length) ==
          (STONECHAT_STATUS_TOO_SHORT));
    CHECK(stonechat_value_text(engine, index, now, words, length + 1, &length) == STONECHAT_STATUS_OK);
    CHECK(strlen(words) == length && memcmp(words, expected->string, length + 1) == 0);
    /* Dates and numbers are short, but a text may be as long as what was read. */
    size_t room = length + 300;
    char *fields = malloc(room);
    from_fields(&value, fields, room);
    if (value.kind != STONECHAT_TYPE_DURATION) CHECK(strcmp(fields, words) == 0);
    else CHECK(value.months + value.days + value.milliseconds > 0 || strcmp(words, "PT0S") == 0);
    free(fields);
    free(words);
}

static void check_case(StonechatEngine *engine, const Json *due, const char *text, const StonechatTime *now,
                       const char *about) {
    StonechatAnswer answer;
    StonechatLabel label;
    const Json *given = json_string(due, "text"), *reason = json_get(due, "reason");
    CHECK(stonechat_predict(engine, text, given->length, &answer) == STONECHAT_STATUS_OK);
    CHECK(answer.decision == (strcmp(json_string(due, "decision")->string, "accept") == 0 ? STONECHAT_ACCEPT : STONECHAT_ABSTAIN));
    CHECK((answer.reason == STONECHAT_REASON_NONE) == (reason->kind == JSON_NULL));
    CHECK(answer.reason != STONECHAT_REASON_OTHER);
    CHECK(is(answer.reason_name, reason));
    CHECK(answer.confidence == json_number(due, "confidence"));
    uint32_t index = 0;
    for (const Json *name = json_get(due, "labels")->first; name != NULL; name = name->next, index++) {
        CHECK(stonechat_label(engine, index, &label) == STONECHAT_STATUS_OK);
        CHECK(is(label.name, name));
    }
    CHECK(answer.labels == index);
    CHECK(stonechat_label(engine, index, &label) == STONECHAT_STATUS_OUT_OF_RANGE);
    index = 0;
    for (const Json *top = json_get(due, "top")->first; top != NULL; top = top->next, index++) {
        CHECK(stonechat_ranking(engine, index, &label) == STONECHAT_STATUS_OK);
        CHECK(is(label.name, json_string(top, "label")));
        CHECK(label.score == json_number(top, "score"));
        CHECK(label.confidence == json_number(top, "confidence"));
    }
    CHECK(answer.ranking == index);
    CHECK(stonechat_ranking(engine, index, &label) == STONECHAT_STATUS_OUT_OF_RANGE);
    size_t count = 0;
    int32_t *scores = malloc(answer.scores * sizeof *scores + 1);
    CHECK(answer.scores == 0 || stonechat_scores(engine, scores, answer.scores - 1, &count) == STONECHAT_STATUS_TOO_SHORT);
    CHECK(stonechat_scores(engine, scores, answer.scores, &count) == STONECHAT_STATUS_OK);
    CHECK(count == answer.scores);
    char hash[17];
    snprintf(hash, sizeof hash, "%016llx", hash_of(scores, count));
    CHECK(strcmp(hash, json_string(due, "score_hash")->string) == 0);
    free(scores);
    const Json *read = json_get(due, "read");
    CHECK(answer.characters == json_number(read, "characters"));
    CHECK(answer.truncated == (json_get(read, "truncated")->kind == JSON_TRUE));
    CHECK(answer.words == json_number(read, "words"));
    CHECK(answer.known_words == json_number(read, "known_words"));
    CHECK(answer.features == json_number(read, "features"));
    const Json *slots = json_get(due, "slots"), *missing = json_get(due, "missing_slot");
    CHECK(answer.slots == (slots == NULL ? 0 : json_count(slots)));
    CHECK(missing == NULL ? answer.missing_slot.length == 0 : is(answer.missing_slot, missing));
    index = 0;
    for (const Json *slot = slots == NULL ? NULL : slots->first; slot != NULL; slot = slot->next, index++)
        check_slot(engine, index, slot, text, now, about);
}

static void check_table(StonechatEngine *engine, const Table *table) {
    StonechatTime now = {0};
    const StonechatTime *counted = NULL;
    const Json *reference = json_get(table->head, "reference");
    char about[256] = "";
    if (reference != NULL) {
        CHECK(sscanf(reference->string, "%d-%u-%uT%u:%u:%u", &now.year, &now.month, &now.day, &now.hour, &now.minute,
                     &now.second) == 6);
        counted = &now;
    }
    for (size_t i = 0; i < table->count; i++) {
        const Json *due = table->cases[i], *given = json_string(due, "text");
        char *text = malloc(given->length + (given->length == 0));
        memcpy(text, given->string, given->length);
        snprintf(about, sizeof about, "%s: %s", table->path, json_string(due, "name")->string);
        check_case(engine, due, text, counted, about);
        free(text);
    }
}

static void *in_a_thread(void *argument) {
    const Table *table = argument;
    const char *about = table->path;
    StonechatEngine *engine;
    size_t length = 0;
    CHECK(stonechat_engine_size(table->model, &length) == STONECHAT_STATUS_OK);
    char *memory = malloc(length);
    CHECK(stonechat_engine_new_in(memory, length, table->model, &engine) == STONECHAT_STATUS_OK);
    check_table(engine, table);
    stonechat_engine_free(engine);
    free(memory);
    return NULL;
}

static void check_names(const StonechatModel *model, const Json *head, const char *about) {
    StonechatModelInfo info;
    StonechatText name;
    StonechatSlotInfo slot;
    CHECK(stonechat_model_info(model, &info) == STONECHAT_STATUS_OK);
    CHECK(info.multi_label == (strcmp(json_string(head, "kind")->string, "multi-label") == 0));
    CHECK(info.labels == json_count(json_get(head, "labels")));
    CHECK(info.meta.length > 2 && info.meta.start[0] == '{');
    uint32_t index = 0;
    for (const Json *label = json_get(head, "labels")->first; label != NULL; label = label->next) {
        CHECK(stonechat_model_label(model, index++, &name) == STONECHAT_STATUS_OK);
        CHECK(is(name, label));
    }
    CHECK(stonechat_model_label(model, index, &name) == STONECHAT_STATUS_OUT_OF_RANGE);
    const Json *slots = json_get(head, "slots");
    CHECK(info.slots == (slots == NULL ? 0 : json_count(slots)));
    if (slots != NULL) {
        const Json *kind = json_get(head, "types")->first;
        index = 0;
        for (const Json *due = slots->first; due != NULL; due = due->next, kind = kind->next) {
            CHECK(stonechat_model_slot(model, index++, &slot) == STONECHAT_STATUS_OK);
            CHECK(is(slot.name, due) && is(slot.kind_name, kind));
        }
    }
    CHECK(stonechat_model_slot(model, info.slots, &slot) == STONECHAT_STATUS_OUT_OF_RANGE);
}

static size_t replay(const char *folder, const char *path) {
    const char *about = path;
    size_t length, count = 0;
    char *text = (char *)read_file(path, &length);
    Table table = {.path = path};
    for (size_t i = 0; i < length; i++) count += text[i] == '\n';
    Json **lines = calloc(count, sizeof *lines);
    const char *start = text;
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(start, '\n', (size_t)(text + length - start));
        lines[i] = json_read(start, (size_t)(end - start));
        start = end + 1;
    }
    table.head = lines[0];
    table.cases = lines + 1;
    table.count = count - 1;
    CHECK(table.count >= 60);

    char model_path[1024];
    snprintf(model_path, sizeof model_path, "%s/%s", folder, json_string(table.head, "model")->string);
    unsigned char *bytes = read_file(model_path, &length);
    StonechatModel *model, *lent_model;
    StonechatEngine *engine, *lent;
    size_t examples = 0;

    CHECK(stonechat_model_open(bytes, length, &model) == HEAP);
    if (HEAP == STONECHAT_STATUS_OK) {
        check_names(model, table.head, about);
        CHECK(stonechat_engine_new(model, &engine) == STONECHAT_STATUS_OK);
        CHECK(stonechat_verify(engine, &examples) == STONECHAT_STATUS_OK && examples > 0);
        check_table(engine, &table);
        stonechat_engine_free(engine);
        stonechat_model_free(model);
    }

    /* At each distance from where numbers would like to lie. */
    for (size_t odd = 0; odd < 16; odd += 5) {
        size_t size = stonechat_model_size(), needed = 0;
        char *memory = malloc(odd + size), *scratch;
        CHECK(stonechat_model_open_in(memory + odd, size, bytes, length, &lent_model) == STONECHAT_STATUS_OK);
        check_names(lent_model, table.head, about);
        CHECK(stonechat_engine_size(lent_model, &needed) == STONECHAT_STATUS_OK);
        scratch = malloc(odd + needed);
        memset(scratch, 0xa5, odd + needed);
        CHECK(stonechat_engine_new_in(scratch + odd, needed / 2, lent_model, &lent) == STONECHAT_STATUS_TOO_SHORT && lent == NULL);
        CHECK(stonechat_engine_new_in(scratch + odd, needed, lent_model, &lent) == STONECHAT_STATUS_OK);
        CHECK(stonechat_verify(lent, NULL) == STONECHAT_STATUS_OK);
        check_table(lent, &table);
        stonechat_engine_free(lent);
        if (odd == 0) {
            pthread_t threads[4];
            table.model = lent_model;
            for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, in_a_thread, &table) == 0);
            for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
        }
        stonechat_model_free(lent_model);
        free(scratch);
        free(memory);
    }
    for (size_t i = 0; i < count; i++) json_free(lines[i]);
    free(lines);
    free(text);
    free(bytes);
    return count - 1;
}

int main(int count, char **arguments) {
    size_t cases = 0;
    for (int i = 2; i < count; i++) cases += replay(arguments[1], arguments[i]);
    if (count < 3) return 2;
    printf("golden: %zu cases of %d tables\n", cases, count - 2);
    return 0;
}
