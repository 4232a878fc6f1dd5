/* How busy a GPU is, in percent. NVML does not say it of a GPU in MIG mode. */
#include "answers.h"

typedef struct Utilisation {
    unsigned int gpu, memory;
} Utilisation;

static Code begin_undivided(Gpu gpu, unsigned int *index)
{
    uint64_t divided;
    Code code = begin_gpu(gpu, index);
    if (code == OK)
        code = gpu_counter(*index, &divided, "mig");
    return code == OK && divided ? NOT_SUPPORTED : code;
}

API Code nvmlDeviceGetUtilizationRates(Gpu gpu, Utilisation *out)
{
    unsigned int index;
    Code code = begin_undivided(gpu, &index);
    if (code != OK)
        return code;
    if (out == NULL)
        return INVALID_ARGUMENT;
    code = gpu_uint(index, &out->gpu, "utilisation.gpu");
    return code == OK ? gpu_uint(index, &out->memory, "utilisation.memory") : code;
}

/* Encoder, decoder and their like are idle; sampled every 167 ms. */
static Code answer_idle(Gpu gpu, unsigned int *percent, unsigned int *period)
{
    unsigned int index;
    Code code = begin_undivided(gpu, &index);
    if (code != OK)
        return code;
    if (percent == NULL || period == NULL)
        return INVALID_ARGUMENT;
    *percent = 0;
    *period = 167000;
    return OK;
}

API Code nvmlDeviceGetEncoderUtilization(Gpu gpu, unsigned int *percent, unsigned int *period)
{
    return answer_idle(gpu, percent, period);
}

API Code nvmlDeviceGetDecoderUtilization(Gpu gpu, unsigned int *percent, unsigned int *period)
{
    return answer_idle(gpu, percent, period);
}

API Code nvmlDeviceGetJpgUtilization(Gpu gpu, unsigned int *percent, unsigned int *period)
{
    return answer_idle(gpu, percent, period);
}

API Code nvmlDeviceGetOfaUtilization(Gpu gpu, unsigned int *percent, unsigned int *period)
{
    return answer_idle(gpu, percent, period);
}

/* No process has used it lately. */
API Code nvmlDeviceGetProcessUtilization(Gpu gpu)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    return code == OK ? NOT_FOUND : code;
}
