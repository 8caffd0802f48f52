import { Usage } from '../../../errors.ts'
import { readTimeFlag, type Zone } from './times.ts'

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

/** How many items of a list are asked for at once. @throws Usage */
export function readLimit(text: string): string {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > 200) throw new Usage('--limit is not a number from 1 to 200:', 'give one such as 50')
  return String(limit)
}

/** As the API takes them. @throws Usage */
export function filterQuery(given: GivenFilters, reading: { now: number; zone: Zone }): URLSearchParams {
  const query = new URLSearchParams()
  const { words = [], since, until, inRack, status, stream } = given
  if (since !== undefined) query.set('from', readTimeFlag('--since', since, reading))
  if (until !== undefined) query.set('to', readTimeFlag('--until', until, reading))
  if (inRack !== undefined) query.set('rack', inRack)
  if (status !== undefined && !/^[1-5](?:\d\d|xx)$/.test(status))
    throw new Usage('--status is not a status:', 'give one such as 403, or a class such as 5xx')
  if (stream !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(stream))
    throw new Usage('--stream is not the id of a stream:', 'take one that audit show prints')
  for (const name of plain) {
    const value = given[name]
    if (value !== undefined) query.set(name, value)
  }
  if (words.length > 0) query.set('text', words.join(' '))
  return query
}
