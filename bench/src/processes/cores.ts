import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** The core of the measured process, and the core of all other processes. */
export interface Cores {
  readonly subject: number
  readonly rest: number
}

/** @returns null without taskset, or with only one core */
export function findCores(): Cores | null {
  if (availableParallelism() < 2 || spawnSync('taskset', ['--version']).status !== 0) return null
  return { subject: 0, rest: 1 }
}

/** Moves this process, its threads, and its future children to the core for the other processes. */
export function moveToOtherCore(cores: Cores | null): void {
  if (cores) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cores.rest), String(process.pid)])
}

export function onCore(core: number | null, command: readonly string[]): readonly string[] {
  return core === null ? command : ['taskset', '--cpu-list', String(core), ...command]
}
