/* SPDX-License-Identifier: Apache-2.0 */
/* Nearness of words: insertions, deletions, replacements, and neighbours that changed places (optimal string alignment). */
#include "suggest.h"

#include <string.h>

#define LONGEST 32

static guint
distance (const char *a, const char *b)
{
  guint cost[LONGEST + 1][LONGEST + 1];
  gsize n = strlen (a), m = strlen (b);

  for (gsize i = 0; i <= n; i++)
    cost[i][0] = (guint) i;
  for (gsize j = 0; j <= m; j++)
    cost[0][j] = (guint) j;
  for (gsize i = 1; i <= n; i++)
    for (gsize j = 1; j <= m; j++)
      {
        guint best = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
        best = MIN (best, MIN (cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          best = MIN (best, cost[i - 2][j - 2] + 1);
        cost[i][j] = best;
      }
  return cost[n][m];
}

const char *
suggest (const char *word, const char *const *words)
{
  const char *nearest = NULL;
  guint best = (guint) MIN (strlen (word) / 2, 3) + 1;

  if (strlen (word) > LONGEST)
    return NULL;
  for (; *words != NULL; words++)
    {
      guint far = strlen (*words) <= LONGEST ? distance (word, *words) : G_MAXUINT;
      if (far < best)
        {
          best = far;
          nearest = *words;
        }
    }
  return nearest;
}
