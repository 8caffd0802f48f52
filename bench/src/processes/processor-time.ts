import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of the unit of a process's time in /proc. On Linux, it is always 1/100 s. */
const tick = 10_000

/**
 * The processor time of a process and its children, both running and ended, for servers with several processes.
 * Each must have one thread only.
 *
 * @returns microseconds, or null without /proc
 */
export function familyMicros(pid: number): number | null {
  const own = readStat(pid)
  if (own === null) return null
  return singleMicros(own) + own.endedChildren + childrenOf(pid).reduce((sum, child) => sum + singleMicros(child), 0)
}

/** @returns the process and its running children, or only itself without /proc */
export function familyOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).map((child) => child.pid)]
}

/** The used fields of /proc/{pid}/stat. Times are in microseconds. */
export interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly own: number
  readonly endedChildren: number
}

/** Fields are counted from the end of the name in brackets, because the name can contain anything. @see proc_pid_stat(5) */
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

/** The scheduler's statistics of one thread in nanoseconds, which are more precise than the ticks. */
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
