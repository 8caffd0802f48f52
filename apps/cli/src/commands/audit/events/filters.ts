import { exactFilterNames, exclusionName, viewNames } from '@rack-gateway/audit/events'
import type { RequestOf } from '@rack-gateway/gateway-api'
import type { CommandOptions, Values } from '../../../command-line/command-module.ts'
import { Usage } from '../../../errors/errors.ts'
import { listOption, repeatableOption } from '../../options/shared-options.ts'
import { readTimeFlag, type Zone } from './times.ts'

/**
 * Options that match one field, by one of their values. Each also exists as an exclusion, such as `--not-app`. The name
 * of a principal can have commas.
 */
const exactOptions = {
  principal: repeatableOption('The principal: an email address, "token:NAME (OWNER)", or an ID'),
  'in-rack': listOption('The rack of the call or session'),
  app: listOption('The app', { alias: 'a', complete: 'app' }),
  kind: listOption('The kind of event, such as intent or login.failed'),
  permission: listOption('The permission, such as release:promote'),
  route: listOption('The ID of a route, such as "POST /apps/{app}/builds"'),
  effect: listOption('The effect of the decision', { choices: ['allow', 'deny', 'require'] }),
  rule: listOption('The rule that decided'),
  status: listOption('The HTTP status, such as 403, or a class such as 5xx'),
  address: listOption('The client address, or a network such as 192.0.2.0/24'),
} as const satisfies CommandOptions

type ExclusionOptions = {
  readonly [N in keyof typeof exactOptions as `not-${N}`]: {
    readonly type: 'string'
    readonly array: true
    readonly describe: string
  }
}

const exclusionOptions: object = Object.fromEntries(
  Object.keys(exactOptions).map((name) => [
    `not-${name}`,
    (name === 'principal' ? repeatableOption : listOption)('Exclude events with this value'),
  ]),
)

export const filterOptions = {
  words: { type: 'string', array: true, describe: 'Words of commands and reasons' },
  since: { type: 'string', describe: 'Not before: 2h, 3d, 2027-01-31, or 2027-01-31T12:00Z' },
  until: { type: 'string', describe: 'Before this time, in the same forms' },
  view: {
    type: 'string',
    choices: [...viewNames],
    describe: 'Only the events of this view; without-console-reads excludes reads of the web console',
  },
  ...exactOptions,
  command: { type: 'string', describe: 'A part of the command, in whole words' },
  request: { type: 'string', describe: 'The request ID, for all events of one call' },
  stream: { type: 'string', describe: 'The stream: the events of one gateway process in one month' },
  credential: { type: 'string', describe: 'The ID of the session or API token that was used; needs --principal' },
  ...(exclusionOptions as ExclusionOptions),
} as const satisfies CommandOptions

export type Filters = Values<typeof filterOptions>

/** Filters that have the same name in the query as on the command line. */
const sameNamedFilters = [
  'view',
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
  'credential',
] as const

/** @throws Usage if the text is not a number from 1 to 200 */
export function readLimit(text: string): number {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > 200) throw new Usage('--limit is not a number from 1 to 200.', 'Use a number such as 50.')
  return limit
}

/** @throws Usage for a malformed time, status, stream ID, or credential ID. The gateway checks the other filters. */
export function filterQuery(filters: Filters, reading: { now: number; zone: Zone }): RequestOf<'followAudit'>['query'] {
  const { words = [], since, until, inRack, notInRack, status } = filters
  if (status?.every((one) => /^[1-5](?:\d\d|xx)$/.test(one)) === false)
    throw new Usage('--status is not an HTTP status.', 'Use a status such as 403, or a class such as 5xx.')
  for (const name of ['stream', 'credential'] as const)
    if (filters[name] !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(filters[name]))
      throw new Usage(`--${name} is not the ID of a ${name}.`, 'Use an ID that audit show prints.')
  const exclusions = { ...filters, notRack: notInRack }
  const query = {
    from: since === undefined ? undefined : readTimeFlag('--since', since, reading),
    to: until === undefined ? undefined : readTimeFlag('--until', until, reading),
    rack: inRack,
    ...Object.fromEntries(sameNamedFilters.map((name) => [name, filters[name]])),
    ...Object.fromEntries(exactFilterNames.map(exclusionName).map((name) => [name, exclusions[name]])),
    ...(words.length > 0 && { text: words.join(' ') }),
  }
  return query as RequestOf<'followAudit'>['query']
}
