#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *at, *end;
} Reader;

static void broken(const char *what) {
    fprintf(stderr, "json: %s\n", what);
    exit(2);
}

static void spaces(Reader *r) {
    while (r->at < r->end && strchr(" \t\r\n", *r->at) != NULL) r->at++;
}

static char next(Reader *r) {
    if (r->at == r->end) broken("ends too early");
    return *r->at++;
}

static void word(Reader *r, const char *rest) {
    for (; *rest != 0; rest++)
        if (next(r) != *rest) broken("not a word of JSON");
}

static unsigned four_digits(Reader *r) {
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        char c = next(r);
        unsigned digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
        if (digit > 15) broken("bad \\u");
        code = code * 16 + digit;
    }
    return code;
}

static size_t utf8(unsigned code, char *out) {
    if (code < 0x80) return out[0] = (char)code, 1;
    if (code < 0x800) return out[0] = (char)(0xc0 | code >> 6), out[1] = (char)(0x80 | (code & 63)), 2;
    if (code < 0x10000)
        return out[0] = (char)(0xe0 | code >> 12), out[1] = (char)(0x80 | (code >> 6 & 63)),
               out[2] = (char)(0x80 | (code & 63)), 3;
    return out[0] = (char)(0xf0 | code >> 18), out[1] = (char)(0x80 | (code >> 12 & 63)),
           out[2] = (char)(0x80 | (code >> 6 & 63)), out[3] = (char)(0x80 | (code & 63)), 4;
}

/* The quotation mark at its front is read. */
static char *string(Reader *r, size_t *length) {
    /* No escape is shorter than what it stands for. */
    char *out = malloc((size_t)(r->end - r->at) + 1);
    size_t count = 0;
    for (char c; (c = next(r)) != '"';) {
        if (c != '\\') {
            out[count++] = c;
            continue;
        }
        unsigned code;
        switch (c = next(r)) {
        case 'n': out[count++] = '\n'; break;
        case 't': out[count++] = '\t'; break;
        case 'r': out[count++] = '\r'; break;
        case 'b': out[count++] = '\b'; break;
        case 'f': out[count++] = '\f'; break;
        case 'u':
            code = four_digits(r);
            if (code >= 0xd800 && code < 0xdc00) {
                word(r, "\\u");
                code = 0x10000 + ((code - 0xd800) << 10) + (four_digits(r) - 0xdc00);
            }
            count += utf8(code, out + count);
            break;
        default: out[count++] = c;
        }
    }
    out = realloc(out, count + 1);
    out[count] = 0;
    *length = count;
    return out;
}

static Json *value(Reader *r) {
    Json *json = calloc(1, sizeof *json);
    spaces(r);
    char c = next(r);
    if (c == '"') {
        json->kind = JSON_STRING;
        json->string = string(r, &json->length);
    } else if (c == '[' || c == '{') {
        char close = c == '[' ? ']' : '}';
        Json **place = &json->first;
        json->kind = c == '[' ? JSON_ARRAY : JSON_OBJECT;
        spaces(r);
        if (r->at < r->end && *r->at == close) return r->at++, json;
        for (;;) {
            char *name = NULL;
            size_t ignored;
            if (close == '}') {
                spaces(r);
                if (next(r) != '"') broken("no name");
                name = string(r, &ignored);
                spaces(r);
                if (next(r) != ':') broken("no colon");
            }
            *place = value(r);
            (*place)->name = name;
            place = &(*place)->next;
            spaces(r);
            c = next(r);
            if (c == close) break;
            if (c != ',') broken("no comma");
        }
    } else if (c == 'n') {
        word(r, "ull");
    } else if (c == 't') {
        word(r, "rue");
        json->kind = JSON_TRUE;
    } else if (c == 'f') {
        word(r, "alse");
        json->kind = JSON_FALSE;
    } else {
        char digits[40] = {c};
        for (size_t i = 1; i < sizeof digits - 1 && r->at < r->end && strchr("0123456789+-.eE", *r->at) != NULL; i++)
            digits[i] = *r->at++;
        json->kind = JSON_NUMBER;
        json->number = strtod(digits, NULL);
    }
    return json;
}

Json *json_read(const char *start, size_t length) {
    Reader r = {start, start + length};
    return value(&r);
}

void json_free(Json *json) {
    while (json != NULL) {
        Json *next = json->next;
        json_free(json->first);
        free(json->string);
        free(json->name);
        free(json);
        json = next;
    }
}

const Json *json_get(const Json *object, const char *name) {
    for (const Json *member = object->first; member != NULL; member = member->next)
        if (member->name != NULL && strcmp(member->name, name) == 0) return member;
    return NULL;
}

size_t json_count(const Json *array) {
    size_t count = 0;
    for (const Json *item = array->first; item != NULL; item = item->next) count++;
    return count;
}

static const Json *member(const Json *object, const char *name, JsonKind kind) {
    const Json *found = json_get(object, name);
    if (found == NULL || found->kind != kind) {
        fprintf(stderr, "json: no %s\n", name);
        exit(2);
    }
    return found;
}

double json_number(const Json *object, const char *name) { return member(object, name, JSON_NUMBER)->number; }

const Json *json_string(const Json *object, const char *name) { return member(object, name, JSON_STRING); }
