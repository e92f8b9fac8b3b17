/* SPDX-License-Identifier: Apache-2.0 */
/* timepair ROUNDS FILE: run the steps of FILE in order, so many rounds; a line for each labelled run: label, ns, peak KiB, code. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A step is a line of words parted by tabs: its label ("-": not reported), then the program and its arguments. */
#define MOST_STEPS 32
#define MOST_WORDS 32
#define LINE_SIZE 1024

typedef struct {
  char line[LINE_SIZE];
  char *words[MOST_WORDS + 1];
} Step;

static long long
now_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int
read_steps (FILE *file, Step *steps)
{
  int n = 0;
  while (n < MOST_STEPS && fgets (steps[n].line, LINE_SIZE, file) != NULL)
    {
      int words = 0;
      steps[n].line[strcspn (steps[n].line, "\n")] = '\0';
      for (char *word = strtok (steps[n].line, "\t"); word != NULL && words < MOST_WORDS; word = strtok (NULL, "\t"))
        steps[n].words[words++] = word;
      steps[n].words[words] = NULL;
      n += words >= 2;
    }
  return n;
}

static void
run_step (const Step *step, int null)
{
  struct rusage usage;
  int status;
  long long start = now_ns ();
  pid_t pid = vfork ();
  if (pid == 0)
    {
      dup2 (null, 0);
      dup2 (null, 1);
      dup2 (null, 2);
      execvp (step->words[1], step->words + 1);
      _exit (127);
    }
  if (pid < 0 || wait4 (pid, &status, 0, &usage) < 0)
    exit (1);
  long long end = now_ns ();
  if (strcmp (step->words[0], "-") != 0)
    printf ("%s %lld %ld %d\n", step->words[0], end - start, usage.ru_maxrss, WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
}

int
main (int argc, char **argv)
{
  static Step steps[MOST_STEPS];
  FILE *file = argc == 3 ? fopen (argv[2], "re") : NULL;
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (file == NULL || null < 0)
    {
      fprintf (stderr, "usage: timepair ROUNDS FILE (%s)\n", strerror (errno));
      return 2;
    }
  int n = read_steps (file, steps);
  for (int round = atoi (argv[1]); round > 0; round--)
    for (int i = 0; i < n; i++)
      run_step (&steps[i], null);
  return 0;
}
