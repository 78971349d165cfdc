/* What the tests share: a check that names its place, and files. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stonechat.h"

/* Ends the program, with the place and what is asked about. */
#define CHECK(condition)                                                                   \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, about, #condition);     \
            exit(1);                                                                       \
        }                                                                                  \
    } while (0)

/* The bytes of a file, in memory of exactly its length. */
static unsigned char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*length);
    if (fread(bytes, 1, *length, file) != *length) exit(2);
    fclose(file);
    return bytes;
}

static inline int same(StonechatText text, const char *start, size_t length) {
    return text.length == length && (length == 0 || memcmp(text.start, start, length) == 0);
}

#endif
