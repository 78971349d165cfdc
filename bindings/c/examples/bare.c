/* Without a heap: the model lies where it is, and all memory is static. Gives the place of the label that a text gets, or 255. */
#include <stonechat.h>

static unsigned char for_model[2048];
static unsigned char for_engine[512 * 1024];        /* stonechat_engine_size tells how much a model needs */

unsigned char understand(const unsigned char *flash, size_t flash_length, const char *text, size_t length) {
    static StonechatModel *model;
    static StonechatEngine *engine;
    StonechatAnswer answer;
    StonechatLabel label;
    if (engine == NULL &&
        (stonechat_model_open_in(for_model, sizeof for_model, flash, flash_length, &model) != STONECHAT_STATUS_OK ||
         stonechat_engine_new_in(for_engine, sizeof for_engine, model, &engine) != STONECHAT_STATUS_OK ||
         stonechat_verify(engine, NULL) != STONECHAT_STATUS_OK))
        return 255;
    if (stonechat_predict(engine, text, length, &answer) != STONECHAT_STATUS_OK ||
        answer.decision != STONECHAT_ACCEPT || stonechat_label(engine, 0, &label) != STONECHAT_STATUS_OK)
        return 255;
    return (unsigned char)label.index;
}
