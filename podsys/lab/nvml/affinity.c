/* Processors and memory near a GPU, as bits. */
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "answers.h"

#define WORD_BITS (CHAR_BIT * sizeof(unsigned long))

static void set_bit(unsigned long *bits, unsigned int words, unsigned int number)
{
    if (number / WORD_BITS < words)
        bits[number / WORD_BITS] |= 1UL << number % WORD_BITS;
}

static bool take_number(const char **text, unsigned int *number)
{
    const char *start = *text;
    for (*number = 0; **text >= '0' && **text <= '9' && *text - start < 6; (*text)++)
        *number = *number * 10 + (unsigned int)(**text - '0');
    return *text > start;
}

/* A list as the kernel writes it, "0-3,8". */
static Code set_bits(const char *list, unsigned long *bits, unsigned int words)
{
    while (*list != '\0') {
        unsigned int first, last;
        if (!take_number(&list, &first))
            return UNKNOWN;
        last = first;
        if (*list == '-' && list++ && !take_number(&list, &last))
            return UNKNOWN;
        for (unsigned int i = first; i <= last; i++)
            set_bit(bits, words, i);
        if (*list == ',')
            list++;
        else if (*list != '\0')
            return UNKNOWN;
    }
    return OK;
}

static Code answer_bits(Gpu gpu, unsigned int words, unsigned long *bits, const char *key)
{
    char list[256];
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (words == 0 || bits == NULL)
        return INVALID_ARGUMENT;
    code = gpu_text(index, list, sizeof list, "%s", key);
    if (code != OK)
        return code;
    memset(bits, 0, words * sizeof *bits);
    return set_bits(list, bits, words);
}

API Code nvmlDeviceGetCpuAffinity(Gpu gpu, unsigned int words, unsigned long *bits)
{
    return answer_bits(gpu, words, bits, "cpus");
}

/* Scope 0 is the NUMA node, 1 the socket: the same here. */
API Code nvmlDeviceGetCpuAffinityWithinScope(Gpu gpu, unsigned int words, unsigned long *bits,
                                             unsigned int scope)
{
    return scope < 2 ? answer_bits(gpu, words, bits, "cpus") : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetMemoryAffinity(Gpu gpu, unsigned int words, unsigned long *bits,
                                     unsigned int scope)
{
    return scope < 2 ? answer_bits(gpu, words, bits, "numa") : INVALID_ARGUMENT;
}
