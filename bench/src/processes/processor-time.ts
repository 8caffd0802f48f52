import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of a tick, the unit of a process's time in /proc. On Linux, a tick is always 1/100 s. */
const tick = 10_000

/**
 * The processor time of a process and its children, both running and ended, for servers with several processes.
 * Each of these processes must have only one thread.
 *
 * @returns microseconds, or null without /proc
 */
export function familyMicros(pid: number): number | null {
  const stat = readStat(pid)
  if (stat === null) return null
  return singleMicros(stat) + stat.endedChildren + childrenOf(pid).reduce((sum, child) => sum + singleMicros(child), 0)
}

/** @returns the process and its running children; without /proc, only the process */
export function familyOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).map((child) => child.pid)]
}

/** The used fields of /proc/{pid}/stat. Times are in microseconds. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly time: number
  readonly endedChildren: number
}

/** The name is in brackets and can contain anything, so fields are counted from its end. @see proc_pid_stat(5) */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const ticks = (index: number) => Number(fields[index]) * tick
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(fields[1]),
    time: ticks(11) + ticks(12),
    endedChildren: ticks(13) + ticks(14),
  }
}

function readStat(pid: number): ProcessStat | null {
  const line = readOrNull(`/proc/${pid}/stat`)
  return line === null ? null : parseStat(line)
}

/** The time of one process. Uses the scheduler's statistics, which are more precise than ticks, if they exist. */
function singleMicros({ pid, time }: ProcessStat): number {
  const nanoseconds = Number(readOrNull(`/proc/${pid}/schedstat`)?.split(' ')[0] ?? 0)
  return nanoseconds > 0 ? nanoseconds / 1_000 : time
}

function childrenOf(pid: number): ProcessStat[] {
  return allPids().flatMap((other) => {
    const stat = readStat(other)
    return stat?.parent === pid ? [stat] : []
  })
}

function allPids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
