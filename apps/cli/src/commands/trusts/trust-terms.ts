import { Usage } from '../../errors.ts'
import { printable } from '../../output/terminal.ts'
import type { CommandOptions, Values } from '../command-module.ts'

/** Which jobs a trust lets in. */
export const termOptions = {
  provider: { choices: ['github', 'gitlab', 'circleci'], describe: 'The CI system, for its template' },
  with: { type: 'string', array: true, describe: 'A field of the template, as FIELD=VALUE; repeatable' },
  issuer: { type: 'string', describe: 'The exact claim iss, instead of a provider' },
  claim: {
    type: 'string',
    array: true,
    describe: 'A claim, as NAME=VALUE; repeatable, and a repeated claim can have any of its values',
  },
  'claim-like': { type: 'string', array: true, describe: 'A claim, as NAME=PATTERN with *; repeatable' },
  'max-age': { type: 'string', describe: 'How many seconds a session of a job lasts; the default is 3600' },
} as const satisfies CommandOptions

type TermOptions = Values<typeof termOptions>

/** Fields of templates that aren't one text. */
const lists: ReadonlySet<string> = new Set(['events', 'sources'])
const switches: ReadonlySet<string> = new Set(['unprotectedRefs'])

/** What the API takes for it; whether a template has such fields is for the gateway to say. @throws Usage */
export function trustTerms(options: TermOptions): object {
  const { provider, issuer, with: withFields = [], claim = [], claimLike = [], maxAge } = options
  if ((provider === undefined) === (issuer === undefined))
    throw new Usage(
      'A trust needs a provider or an issuer.',
      'Pass --provider github, gitlab, or circleci with --with FIELD=VALUE, or --issuer URL with --claim NAME=VALUE.',
    )
  if (provider === undefined ? withFields.length > 0 : claim.length + claimLike.length > 0)
    throw new Usage(
      '--with is for --provider, and --claim and --claim-like are for --issuer.',
      'Leave out the options of the other one.',
    )
  if (issuer !== undefined && claim.length + claimLike.length === 0)
    throw new Usage(
      'An issuer without claims lets in all of its jobs.',
      'Pass --claim NAME=VALUE or --claim-like NAME=PATTERN for each claim that matters.',
    )
  if (maxAge !== undefined && !/^\d{1,6}$/.test(maxAge))
    throw new Usage('--max-age is not a number of seconds.', 'Use a number such as 3600.')
  const terms =
    provider === undefined
      ? {
          issuer,
          conditions: [...exactly(claim), ...claimLike.map(alike)],
        }
      : { template: { ...fields(withFields), provider } }
  return { ...terms, ...(maxAge !== undefined && { maxAgeSeconds: Number(maxAge) }) }
}

/** A claim that is named more than once may be any of what it is said to be. */
function exactly(texts: readonly string[]): object[] {
  const values = new Map<string, string[]>()
  for (const [claim, value] of texts.map((text) => split('--claim', text)))
    values.set(claim, [...(values.get(claim) ?? []), value])
  return [...values].map(([claim, [first, ...others]]) =>
    others.length === 0 ? { claim, equals: first } : { claim, oneOf: [first, ...others] },
  )
}

function alike(text: string): object {
  const [claim, pattern] = split('--claim-like', text)
  return { claim, pattern }
}

/** @throws Usage for a field that is there twice */
function fields(texts: readonly string[]): object {
  const said = texts.map((text) => split('--with', text))
  const names = said.map(([name]) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index || name === 'provider')
  if (repeated !== undefined) throw new Usage(`--with names ${printable(repeated)} twice.`, 'Keep one of them.')
  return Object.fromEntries(said.map(([name, value]) => [name, fieldValue(name, value)]))
}

function fieldValue(name: string, value: string): unknown {
  if (lists.has(name)) return value.split(',')
  return switches.has(name) && value === 'true' ? true : value
}

function split(flag: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1)
    throw new Usage(
      `${flag} needs a name, an =, and a value, and not ${printable(text)}.`,
      `For example: ${flag} ref=refs/heads/main`,
    )
  return [text.slice(0, at), text.slice(at + 1)]
}
