/* From what people call a GPU to its handle. */
#include <string.h>

#include "answers.h"
#include "pci.h"
#include "session.h"

API Code nvmlDeviceGetCount_v2(unsigned int *count)
{
    Code code = begin();
    if (code != OK)
        return code;
    return count != NULL ? count_gpus(count) : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetCount(unsigned int *count)
{
    return nvmlDeviceGetCount_v2(count);
}

static Code give_handle(unsigned int index, Gpu *gpu)
{
    Code code = check_gpu(index);
    if (code == OK)
        *gpu = gpu_handle(index);
    return code;
}

API Code nvmlDeviceGetHandleByIndex_v2(unsigned int index, Gpu *gpu)
{
    unsigned int count;
    Code code = nvmlDeviceGetCount_v2(&count);
    if (code != OK)
        return code;
    return gpu != NULL && index < count ? give_handle(index, gpu) : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetHandleByIndex(unsigned int index, Gpu *gpu)
{
    return nvmlDeviceGetHandleByIndex_v2(index, gpu);
}

/* The GPU of which this key has this value. */
static Code find_by_text(const char *key, const char *wanted, Gpu *gpu)
{
    unsigned int count;
    Code code = nvmlDeviceGetCount_v2(&count);
    if (code != OK)
        return code;
    if (wanted == NULL || gpu == NULL)
        return INVALID_ARGUMENT;
    for (unsigned int i = 0; i < count; i++) {
        char text[96];
        if (gpu_text(i, text, sizeof text, "%s", key) == OK && strcmp(text, wanted) == 0)
            return give_handle(i, gpu);
    }
    return NOT_FOUND;
}

API Code nvmlDeviceGetHandleByUUID(const char *uuid, Gpu *gpu)
{
    return find_by_text("uuid", uuid, gpu);
}

API Code nvmlDeviceGetHandleBySerial(const char *serial, Gpu *gpu)
{
    return find_by_text("serial", serial, gpu);
}

API Code nvmlDeviceGetHandleByPciBusId_v2(const char *text, Gpu *gpu)
{
    PciPlace wanted, place;
    unsigned int count;
    Code code = nvmlDeviceGetCount_v2(&count);
    if (code != OK)
        return code;
    if (gpu == NULL || !parse_place(text, &wanted))
        return INVALID_ARGUMENT;
    for (unsigned int i = 0; i < count; i++)
        if (read_place(i, &place) == OK && same_place(&place, &wanted))
            return give_handle(i, gpu);
    return NOT_FOUND;
}

API Code nvmlDeviceGetHandleByPciBusId(const char *text, Gpu *gpu)
{
    return nvmlDeviceGetHandleByPciBusId_v2(text, gpu);
}

API Code nvmlDeviceGetIndex(Gpu gpu, unsigned int *out)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    *out = index;
    return OK;
}
