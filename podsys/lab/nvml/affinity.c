/* Processors and memory near a GPU, as bits. The kernel knows the processors of a NUMA node. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
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

static Code list_cpus(unsigned int node, char *list, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/sys/devices/system/node/node%u/cpulist", node);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NOT_SUPPORTED;
    if (fgets(list, (int)size, file) == NULL)
        *list = '\0';
    list[strcspn(list, "\n")] = '\0';
    fclose(file);
    return OK;
}

/* Begins a call that answers with bits: none is set. */
static Code begin_bits(Gpu gpu, unsigned int words, unsigned long *bits, unsigned int *node)
{
    unsigned int index;
    Code code = begin_gpu(gpu, &index);
    if (code != OK)
        return code;
    if (words == 0 || bits == NULL)
        return INVALID_ARGUMENT;
    memset(bits, 0, words * sizeof *bits);
    return gpu_uint(index, node, "numa");
}

API Code nvmlDeviceGetCpuAffinity(Gpu gpu, unsigned int words, unsigned long *bits)
{
    char list[1024];
    unsigned int node;
    Code code = begin_bits(gpu, words, bits, &node);
    if (code == OK)
        code = list_cpus(node, list, sizeof list);
    return code == OK ? set_bits(list, bits, words) : code;
}

/* Scope 0 is the NUMA node, 1 the socket: the same here. */
API Code nvmlDeviceGetCpuAffinityWithinScope(Gpu gpu, unsigned int words, unsigned long *bits,
                                             unsigned int scope)
{
    return scope < 2 ? nvmlDeviceGetCpuAffinity(gpu, words, bits) : INVALID_ARGUMENT;
}

API Code nvmlDeviceGetMemoryAffinity(Gpu gpu, unsigned int words, unsigned long *bits,
                                     unsigned int scope)
{
    unsigned int node;
    Code code = scope < 2 ? begin_bits(gpu, words, bits, &node) : INVALID_ARGUMENT;
    if (code == OK)
        set_bit(bits, words, node);
    return code;
}
