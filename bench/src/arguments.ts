import { parseArgs } from 'node:util'
import type { CheckoutOptions } from './checkout.ts'
import type { Workload } from './workloads/index.ts'

export interface BenchArguments {
  readonly workloads: readonly Workload[]
  readonly rounds: number
  /** The gateway to compare with. Null without `--against` and `--node`. */
  readonly compared: CheckoutOptions | null
}

/**
 * The names of workloads (default: all), `--rounds`, `--against` with another checkout, and `--node` with another Node
 * for the compared gateway.
 *
 * @throws for any other argument; for an unknown workload, with the names of all workloads
 */
export function readArguments(args: readonly string[], all: readonly Workload[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '3' }, against: { type: 'string' }, node: { type: 'string' } },
    allowPositionals: true,
  })
  const names = all.map(({ name }) => name)
  const unknown = positionals.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no workload ${unknown}; there are ${names.join(', ')}`)
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) throw new Error('--rounds is a number from 1 to 20')
  const workloads = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name))
  const { against: directory, node } = values
  const compared = directory === undefined && node === undefined ? null : { directory, node }
  return { workloads, rounds, compared }
}
