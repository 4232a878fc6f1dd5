/* The view: the text file that says what this machine's GPUs are like.
 *
 * podsys/lab/hardware/nvml.py writes it and is the list of its keys. It lies at
 * /run/podsys-lab/nvml, or where PODSYS_NVML says. A key that is absent means "not supported";
 * a value that cannot be means an unknown error, never a made-up answer.
 */
#ifndef PODSYS_VIEW_H
#define PODSYS_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "codes.h"

const char *view_path(void);

/* Reads the view anew. DRIVER_NOT_LOADED: there is none. UNKNOWN: it is no view. */
Code open_view(void);

/* Reads it again if it has changed; a change that is no view, or only half of one, is passed over. */
void refresh_view(void);

void close_view(void);

Code view_text(const char *key, char *out, size_t size);
Code view_number(const char *key, int64_t *out);

#endif
