import type { Argv } from 'yargs'
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

const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const

export function filterOptions<T>(own: Argv<T>) {
  return own
    .option('since', text('not before: 2h, 3d, 2027-01-31, 2027-01-31T12:00Z'))
    .option('until', text('before such a time'))
    .option('principal', text('who: an e-mail address, the name of a token, or an id'))
    .option('in-rack', text('the rack that the call was for'))
    .option('app', { ...text('the app'), alias: 'a' })
    .option('kind', text('the kind of event, such as intent or login.failed'))
    .option('permission', text('such as release:promote'))
    .option('route', text('the id of a route, such as "POST /apps/{app}/builds"'))
    .option('effect', { ...text('of the decision'), choices: ['allow', 'deny', 'needs'] as const })
    .option('rule', text('the rule that decided'))
    .option('status', text('403, or a class such as 5xx'))
    .option('command', text('words of the command, in their order'))
    .option('address', text('where it came from: an address, or a block such as 192.0.2.0/24'))
    .option('request', text('the request id that a caller was shown: all events of one call'))
    .option('stream', text('the start of one gateway process'))
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
