import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of one unit in which the system counts a process's time. Linux has shown 1/100 s to programs since long ago. */
const tick = 10_000

/**
 * Processor time of a process, of its children that have ended, and of those that live: what a server of many processes has taken.
 * Each must have one thread only.
 *
 * @returns microseconds; null where the system has no /proc
 */
export function familyMicros(pid: number): number | null {
  const own = readStat(pid)
  if (own === null) return null
  return singleMicros(own) + own.endedChildren + childrenOf(pid).reduce((sum, child) => sum + singleMicros(child), 0)
}

/** @returns the process and its living children; only itself where the system has no /proc */
export function familyOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).map((child) => child.pid)]
}

/** A line of /proc/{pid}/stat, as far as it is used here; times in microseconds. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly own: number
  readonly endedChildren: number
}

/** @see proc_pid_stat(5); the name in brackets may hold anything, so fields are counted from its end */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const ticks = (place: number) => Number(fields[place]) * tick
  return {
    pid: Number.parseInt(line, 10),
    parent: Number(fields[1]),
    own: ticks(11) + ticks(12),
    endedChildren: ticks(13) + ticks(14),
  }
}

function readStat(pid: number): ProcessStat | null {
  const line = readOrNull(`/proc/${pid}/stat`)
  return line === null ? null : parseStat(line)
}

/** Finer than the ticks where the scheduler keeps statistics: nanoseconds, of one thread. */
function singleMicros({ pid, own }: ProcessStat): number {
  const nanoseconds = Number(readOrNull(`/proc/${pid}/schedstat`)?.split(' ')[0] ?? 0)
  return nanoseconds > 0 ? nanoseconds / 1_000 : own
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
