#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stonechat.h>

static int failed(StonechatStatus status) {
    fprintf(stderr, "%s\n", stonechat_message(status));
    return 1;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (file == NULL) return perror(arguments[1]), 1;
    fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(length);      /* stays until the model is freed */
    if (bytes == NULL || fread(bytes, 1, length, file) != length) return 1;
    fclose(file);

    StonechatModel *model;                      /* shared by all threads */
    StonechatEngine *engine;                    /* one a thread */
    StonechatStatus status = stonechat_model_open(bytes, length, &model);
    if (status != STONECHAT_STATUS_OK) {
        char why[300];
        size_t needed;
        if (stonechat_explain(bytes, length, why, sizeof why, &needed) == STONECHAT_STATUS_OK) fprintf(stderr, "%s\n", why);
        return failed(status);
    }
    if ((status = stonechat_engine_new(model, &engine)) != STONECHAT_STATUS_OK) return failed(status);
    if ((status = stonechat_verify(engine, NULL)) != STONECHAT_STATUS_OK) return failed(status);

    const char *text = arguments[2];
    const StonechatTime now = {.year = 2026, .month = 11, .day = 22, .hour = 14};
    StonechatAnswer answer;
    if ((status = stonechat_predict(engine, text, strlen(text), &answer)) != STONECHAT_STATUS_OK) return failed(status);

    StonechatLabel label;
    if (stonechat_label(engine, 0, &label) == STONECHAT_STATUS_OK)
        printf("%s %.*s %.3f\n", answer.decision == STONECHAT_ACCEPT ? "accept" : "abstain", (int)label.name.length,
               label.name.start, label.confidence / (double)STONECHAT_CERTAIN);
    for (uint32_t i = 0; i < answer.slots; i++) {
        StonechatSlot slot;
        char value[100];
        size_t size;
        if (stonechat_slot(engine, i, &slot) != STONECHAT_STATUS_OK) continue;
        status = stonechat_value_text(engine, i, &now, value, sizeof value, &size);
        printf("%.*s = %s\n", (int)slot.name.length, slot.name.start, status == STONECHAT_STATUS_OK ? value : "?");
    }
    stonechat_engine_free(engine);
    stonechat_model_free(model);
    free(bytes);
    return 0;
}
