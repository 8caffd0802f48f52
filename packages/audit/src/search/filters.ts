import { isIP } from 'node:net'
import { readTime } from '@rack-gateway/time'
import { InvalidFilter } from '../errors/errors.ts'
import { isUuid } from '../events/uuid.ts'
import { type ExactFilter, exactFilterNames, exclusionName, type FilterQuery } from './filter-query.ts'
import { kindsOfView, type ViewName } from './views.ts'

export interface AuditFilters {
  readonly from?: Date
  readonly to?: Date
  readonly principalId?: string
  readonly principalName?: string
  readonly rack?: string
  readonly app?: string
  readonly kind?: string
  readonly permission?: string
  readonly route?: string
  readonly effect?: string
  readonly rule?: string
  readonly status?: number
  /** 5 for 5xx. */
  readonly statusClass?: number
  /** A part of the command as text, and an expression for `to_tsquery` with the words of this text. */
  readonly command?: { readonly text: string; readonly words: string }
  /** An expression for `to_tsquery`. */
  readonly words?: string
  readonly address?: string
  /** A network, such as `192.0.2.0/24`. */
  readonly block?: string
  readonly request?: string
  readonly stream?: string
  /** A UUID. */
  readonly credential?: string
  /** For each group, an event must match one of its entries. Each entry has exactly one filter, the same in a group. */
  readonly anyOf?: readonly (readonly AuditFilters[])[]
  /** Excludes events that match any entry. Each entry has exactly one filter. */
  readonly not?: readonly AuditFilters[]
  /** Excludes successful reads of the web console. */
  readonly isWithoutConsoleReads?: true
}

/** @throws InvalidFilter */
export function readFilters(query: FilterQuery): AuditFilters {
  const { from, to, command, text, request, stream, credential } = query
  const range = { ...readBound('from', from), ...readBound('to', to) }
  if (range.from && range.to && range.from >= range.to)
    throw new InvalidFilter('The filter "from" is not before the filter "to".', 'Swap them.')
  if (credential !== undefined && query.principal === undefined)
    throw new InvalidFilter(
      'The filter credential requires the filter principal.',
      'Add the principal of the credential.',
    )
  const not = exactFilterNames.flatMap((name) => readEach(name, query[exclusionName(name)], exclusionName('address')))
  const groups = exactFilterNames.map((name) => readEach(name, query[name], 'address'))
  const anyOf = [...groups.filter(({ length }) => length > 1), ...groupsOfView(query.view)]
  return {
    ...range,
    ...Object.assign({}, ...groups.filter(({ length }) => length === 1).flat()),
    ...withoutUndefined({ request, stream, credential: credential?.toLowerCase() }),
    ...(command !== undefined && { command: { text: command, words: wordsOf('command', command) } }),
    ...(text !== undefined && { words: wordsOf('text', text) }),
    ...(anyOf.length > 0 && { anyOf }),
    ...(not.length > 0 && { not }),
    ...(query.view === 'without-console-reads' && { isWithoutConsoleReads: true as const }),
  }
}

function groupsOfView(view: ViewName | undefined): AuditFilters[][] {
  if (view === undefined || view === 'without-console-reads') return []
  const kinds = kindsOfView(view).map((kind) => ({ kind }))
  return [view === 'changes' ? [...kinds, { effect: 'deny' }, { effect: 'require' }] : kinds]
}

/** One filter for each different value. @param addressName the name of the address parameter, for error messages */
function readEach(
  name: ExactFilter,
  values: string | readonly string[] | undefined,
  addressName: string,
): AuditFilters[] {
  return [...new Set([values ?? []].flat())].map((value) => readExact({ [name]: value }, addressName))
}

function readExact(query: { readonly [N in ExactFilter]?: string }, addressName: string): AuditFilters {
  const { principal, rack, app, kind, permission, route, effect, rule, status, address } = query
  return {
    ...(principal !== undefined && (isUuid(principal) ? { principalId: principal } : { principalName: principal })),
    ...withoutUndefined({ rack, app, kind, permission, route, effect, rule }),
    ...readStatus(status),
    ...readAddress(addressName, address),
  }
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

function readBound<N extends 'from' | 'to'>(name: N, text: string | undefined): { [K in N]?: Date } {
  if (text === undefined) return {}
  const at = readTime(text)
  if (at === null)
    throw new InvalidFilter(`The filter ${name} is not a time in UTC.`, 'Use a time such as 2027-01-31T12:00:00Z.')
  return { [name]: new Date(at) } as { [K in N]?: Date }
}

function readStatus(status: string | undefined): { status?: number; statusClass?: number } {
  if (status === undefined) return {}
  return status.endsWith('xx') ? { statusClass: Number(status[0]) } : { status: Number(status) }
}

/** A `to_tsquery` expression. Its words have only letters and digits, so they cannot contain PostgreSQL operators. */
function wordsOf(name: string, text: string): string {
  const words = [...text.matchAll(/([\p{L}\p{N}\p{M}]+)(\*?)/gu)].map(
    ([, word, star]) => `${word}${star === '*' ? ':*' : ''}`,
  )
  if (words.length === 0 || words.length > 20)
    throw new InvalidFilter(
      `The filter ${name} has no words, or more than 20.`,
      'Use 1 to 20 words of letters and digits.',
    )
  return words.join(' & ')
}

function readAddress(name: string, address: string | undefined): { address?: string; block?: string } {
  if (address === undefined) return {}
  const [host = '', bits, more] = address.split('/')
  const version = host.includes('%') ? 0 : isIP(host)
  const longest = version === 4 ? 32 : 128
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest)
  if (version === 0 || more !== undefined || !fits)
    throw new InvalidFilter(
      `The filter ${name} is neither an address nor a network.`,
      'Use an address such as 192.0.2.7, or a network such as 192.0.2.0/24.',
    )
  const plain = host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host
  return bits === undefined ? { address: plain } : { block: `${plain}/${bits}` }
}
