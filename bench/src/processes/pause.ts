const pausedPids = new Set<number>()

// A stopped process notices neither the end of its parent nor SIGTERM.
process.once('exit', () => resume([...pausedPids]))

/** Stops processes until `resume`. They keep their memory and connections, but take no processor time. */
export function pause(pids: readonly number[]): void {
  for (const pid of pids) {
    process.kill(pid, 'SIGSTOP')
    pausedPids.add(pid)
  }
}

/** Continues paused processes. Ignores processes that were not paused, or have ended. */
export function resume(pids: readonly number[]): void {
  for (const pid of pids) {
    if (!pausedPids.delete(pid)) continue
    try {
      process.kill(pid, 'SIGCONT')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
