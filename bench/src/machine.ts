import { cpus, loadavg, platform, release } from 'node:os'
import type { Cores } from './processes/cores.ts'

export function machine(cores: Cores | null) {
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    system: `${platform()} ${release()}`,
    node: process.version,
    pinned: cores === null ? 'nothing (no taskset, or one core)' : cores,
    loadAverage: loadavg()[0],
  }
}
