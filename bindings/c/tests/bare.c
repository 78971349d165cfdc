/*
 * The example without a heap, with a model from a file in place of flash: bare MODEL TEXT gives the place of the label as its exit
 * code. What it links shows what of the library an application takes: answers, slots, values and all.
 */
#include <stdio.h>
#include <string.h>

#include "../examples/bare.c"

static unsigned char flash[512 * 1024];

int main(int count, char **arguments) {
    StonechatSlot slot;
    StonechatValue value;
    char words[64];
    size_t length;
    if (count != 3) return 254;
    FILE *file = fopen(arguments[1], "rb");
    if (file == NULL) return 254;
    size_t size = fread(flash, 1, sizeof flash, file);
    fclose(file);
    int label = understand(flash, size, arguments[2], strlen(arguments[2]));
    if (stonechat_slot(NULL, 0, &slot) != STONECHAT_STATUS_NULL_POINTER ||
        stonechat_value(NULL, 0, NULL, &value) != STONECHAT_STATUS_NULL_POINTER ||
        stonechat_value_text(NULL, 0, NULL, words, sizeof words, &length) != STONECHAT_STATUS_NULL_POINTER)
        return 253;
    return label;
}
