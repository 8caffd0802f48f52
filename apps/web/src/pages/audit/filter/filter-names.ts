import { viewNames } from './view-names.ts'

/** The words of the filter language, each with the parameter of the management API. */
export const filterNames = {
  actor: { parameter: 'principal', canExclude: true, hint: 'who: an email address, the name of a token, or an ID' },
  view: { parameter: 'view', canExclude: false, hint: `${viewNames.slice(0, -1).join(', ')}, or ${viewNames.at(-1)}` },
  kind: { parameter: 'kind', canExclude: true, hint: 'the kind of event, such as call or login.failed' },
  rack: { parameter: 'rack', canExclude: true, hint: 'the rack' },
  app: { parameter: 'app', canExclude: true, hint: 'the app' },
  permission: { parameter: 'permission', canExclude: true, hint: 'such as release:promote' },
  route: { parameter: 'route', canExclude: true, hint: 'such as "POST /apps/{app}/builds"' },
  result: { parameter: 'effect', canExclude: true, hint: 'allow, deny, or require' },
  rule: { parameter: 'rule', canExclude: true, hint: 'the rule that decided' },
  status: { parameter: 'status', canExclude: true, hint: 'the HTTP status, such as 403 or 5xx' },
  address: { parameter: 'address', canExclude: true, hint: 'an address, or a network such as 192.0.2.0/24' },
  command: { parameter: 'command', canExclude: false, hint: 'words of the command, in their order' },
  text: { parameter: 'text', canExclude: false, hint: 'words of commands and reasons' },
  request: { parameter: 'request', canExclude: false, hint: 'the request ID: all events of one call' },
  session: {
    parameter: 'credential',
    canExclude: false,
    hint: 'the ID of a session or API token; also needs actor:',
  },
  stream: { parameter: 'stream', canExclude: false, hint: 'the events of one gateway process, from start to stop' },
  from: { parameter: 'from', canExclude: false, hint: 'at this time or later, such as 2h or 2027-01-31T12:00Z' },
  to: { parameter: 'to', canExclude: false, hint: 'before this time' },
} as const

export type FilterName = keyof typeof filterNames
export type ExcludableName = {
  [N in FilterName]: (typeof filterNames)[N]['canExclude'] extends true ? N : never
}[FilterName]

export function isFilterName(word: string): word is FilterName {
  return Object.hasOwn(filterNames, word)
}

/** Words that other logs use, each with the filter of the same meaning. */
const synonyms: Readonly<Record<string, FilterName>> = {
  principal: 'actor',
  user: 'actor',
  who: 'actor',
  by: 'actor',
  effect: 'result',
  decision: 'result',
  action: 'permission',
  verb: 'permission',
  event: 'kind',
  type: 'kind',
  ip: 'address',
  since: 'from',
  after: 'from',
  until: 'to',
  before: 'to',
  cmd: 'command',
  reason: 'text',
  credential: 'session',
  token: 'session',
}

export function filterOfSynonym(word: string): FilterName | undefined {
  return Object.hasOwn(synonyms, word) ? synonyms[word] : undefined
}
