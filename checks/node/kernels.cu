/* What runs on GPUs to check and to measure. kernels.ptx is made of this file; see its first lines.
 *
 * Tests compile it for the host, where one thread does the work of all. */

#ifdef __CUDACC_RTC__
#define KERNEL extern "C" __global__ void
#define INSIDE static __device__
#define FIRST ((size)blockIdx.x * blockDim.x + threadIdx.x)
#define STEP ((size)gridDim.x * blockDim.x)
#else
#define KERNEL void
#define INSIDE static
#define FIRST 0
#define STEP 1
#endif

typedef unsigned long long size;

/* What a rank holds at a place: a whole number so small that any sum of them is exact in floats,
 * whatever the order. No shift, swap or lost rank leaves the sum as it was. */
INSIDE float value(size place, unsigned rank) {
    unsigned mixed = (unsigned)place + (unsigned)(place >> 32) * 0x9E3779B9u + rank * 0x85EBCA6Bu;
    mixed = (mixed ^ (mixed >> 16)) * 0x7FEB352Du;
    mixed = (mixed ^ (mixed >> 15)) * 0x846CA68Bu;
    return (float)(mixed >> 25);
}

INSIDE void count(size *wrong) {
#ifdef __CUDACC_RTC__
    atomicAdd(wrong, 1ull);
#else
    *wrong += 1;
#endif
}

/* Places `from` on, as this rank holds them. */
KERNEL fill(float *to, size length, size from, unsigned rank) {
    for (size at = FIRST; at < length; at += STEP) to[at] = value(from + at, rank);
}

/* Counts what is not the sum over `ranks` ranks from `rank` on; what is no number differs too. */
KERNEL compare(const float *found, size length, size from, unsigned rank, unsigned ranks,
               size *wrong) {
    for (size at = FIRST; at < length; at += STEP) {
        float sum = 0;
        for (unsigned one = 0; one < ranks; one++) sum += value(from + at, rank + one);
        if (!(found[at] == sum)) count(wrong);
    }
}

/* STREAM's triad, and its arrays: whole numbers, exact in doubles. */
INSIDE double left(size at) { return (double)(at & 1023); }
INSIDE double right(size at) { return (double)((at >> 3) & 255); }

KERNEL prepare(double *b, double *c, size length) {
    for (size at = FIRST; at < length; at += STEP) {
        b[at] = left(at);
        c[at] = right(at);
    }
}

KERNEL triad(double *a, const double *b, const double *c, double scalar, size length) {
    for (size at = FIRST; at < length; at += STEP) a[at] = b[at] + scalar * c[at];
}

KERNEL compare_triad(const double *a, double scalar, size length, size *wrong) {
    for (size at = FIRST; at < length; at += STEP)
        if (!(a[at] == left(at) + scalar * right(at))) count(wrong);
}
