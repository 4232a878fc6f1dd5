/* What root sets is written into the view, where every other process sees it too. */
#ifndef PODSYS_EDIT_H
#define PODSYS_EDIT_H

#include "gpu.h"

/* Gives the key `gpu.N.KEY` another value. NOT_SUPPORTED: the view has no such key;
 * NO_PERMISSION: not root. */
Code set_key(unsigned int index, const char *key, unsigned int value);

/* A whole call that sets one key. */
Code answer_set(Gpu gpu, const char *key, unsigned int value);

#endif
