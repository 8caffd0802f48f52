import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Where processes are kept: the one that is measured on a core of its own, all others on another. */
export interface Cores {
  readonly subject: number
  readonly rest: number
}

/** @returns null where there is no taskset or only one core: then the figures say so */
export function findCores(): Cores | null {
  if (availableParallelism() < 2 || spawnSync('taskset', ['--version']).status !== 0) return null
  return { subject: 0, rest: 1 }
}

/** Keeps this process, its threads, and whatever it starts from now on, on the core for the rest. */
export function keepToRest(cores: Cores | null): void {
  if (cores) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cores.rest), String(process.pid)])
}

/** A command that runs `command` on one core. */
export function onCore(core: number | null, command: readonly string[]): readonly string[] {
  return core === null ? command : ['taskset', '--cpu-list', String(core), ...command]
}
