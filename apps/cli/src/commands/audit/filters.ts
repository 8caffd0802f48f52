import { readTime, type Zone } from './times.ts'

/** What was typed: the words are searched for in commands and reasons. */
export interface GivenFilters {
  readonly words?: readonly string[] | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly inRack?: string | undefined
  readonly principal?: string | undefined
  readonly app?: string | undefined
  readonly kind?: string | undefined
  readonly permission?: string | undefined
  readonly route?: string | undefined
  readonly effect?: string | undefined
  readonly rule?: string | undefined
  readonly status?: string | undefined
  readonly command?: string | undefined
  readonly address?: string | undefined
  readonly request?: string | undefined
  readonly stream?: string | undefined
}

const plain = [
  'principal',
  'app',
  'kind',
  'permission',
  'route',
  'effect',
  'rule',
  'status',
  'command',
  'address',
  'request',
  'stream',
] as const

/** As the API takes them. @throws Usage */
export function filterQuery(given: GivenFilters, reading: { now: number; zone: Zone }): URLSearchParams {
  const query = new URLSearchParams()
  const { words = [], since, until, inRack } = given
  if (since !== undefined) query.set('from', readTime('--since', since, reading))
  if (until !== undefined) query.set('to', readTime('--until', until, reading))
  if (inRack !== undefined) query.set('rack', inRack)
  for (const name of plain) {
    const value = given[name]
    if (value !== undefined) query.set(name, value)
  }
  if (words.length > 0) query.set('text', words.join(' '))
  return query
}
