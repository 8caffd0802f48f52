import { parseArgs } from 'node:util'
import type { Work } from './works/index.ts'

export interface BenchArguments {
  readonly works: readonly Work[]
  readonly rounds: number
}

/** The names of works (default: all), and `--rounds`. @throws for anything else, with the valid names */
export function readArguments(args: readonly string[], all: readonly Work[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '3' } },
    allowPositionals: true,
  })
  const names = all.map(({ name }) => name)
  const unknown = positionals.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no work ${unknown}; there are ${names.join(', ')}`)
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) throw new Error('--rounds is a number from 1 to 20')
  const works = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name))
  return { works, rounds }
}
