export interface FairnessArguments {
  readonly rounds: number
  readonly names: readonly string[]
}

const maxRounds = 20

/**
 * The number of rounds (default: 3), then the names of floods (default: all).
 *
 * @throws for an unknown flood, with the names of all floods
 */
export function readArguments(args: readonly string[], all: readonly string[]): FairnessArguments {
  const [given = '3', ...names] = args
  const rounds = Number(given)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > maxRounds)
    throw new Error(`The first argument is the number of rounds, from 1 to ${maxRounds}, not ${given}.`)
  const unknown = names.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new Error(`There is no flood ${unknown}. There are: ${all.join(', ')}.`)
  return { rounds, names: names.length === 0 ? all : all.filter((name) => names.includes(name)) }
}
