/* Reads the JSON of the golden tables into a tree. For tests: a broken document ends the program. */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

typedef enum { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonKind;

typedef struct Json {
    JsonKind kind;
    double number;
    /* UTF-8 of `length` bytes; it may hold zeros, and has one behind it. */
    char *string;
    size_t length;
    /* The name of a member of an object. */
    char *name;
    struct Json *first, *next;
} Json;

Json *json_read(const char *start, size_t length);
void json_free(Json *json);
/* A member; null if there is none. */
const Json *json_get(const Json *object, const char *name);
size_t json_count(const Json *array);
/* A member that must be there and be a number, or a string. */
double json_number(const Json *object, const char *name);
const Json *json_string(const Json *object, const char *name);

#endif
