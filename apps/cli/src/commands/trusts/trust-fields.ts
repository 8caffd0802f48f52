import type { CommandOptions, Values } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { printable } from '../../terminal/terminal.ts'
import { parseSeconds } from '../options/duration.ts'
import { repeatableOption } from '../options/shared-options.ts'

export const trustOptions = {
  provider: {
    choices: ['github', 'gitlab', 'circleci'],
    describe: 'The CI system; its template turns the fields of --with into conditions',
  },
  with: repeatableOption('A field of the template, as FIELD=VALUE'),
  issuer: { type: 'string', describe: 'The exact claim iss, instead of a provider' },
  claim: repeatableOption('A claim, as NAME=VALUE, which can have any of the values that are named for it'),
  'claim-like': repeatableOption('A claim, as NAME=PATTERN with *'),
  'max-age': { type: 'string', describe: 'How long a session of a job lasts, such as 30m; the default is 1h' },
} as const satisfies CommandOptions

type TrustOptions = Values<typeof trustOptions>

// The fields of templates that are not text: lists, and booleans.

const listFields: ReadonlySet<string> = new Set(['events', 'sources'])
const booleanFields: ReadonlySet<string> = new Set(['unprotectedRefs'])

/** The options as fields of the management API. The gateway checks the fields of templates. @throws Usage */
export function trustFields(options: TrustOptions): object {
  const { provider, issuer, with: withFields = [], claim = [], claimLike = [], maxAge } = options
  if ((provider === undefined) === (issuer === undefined))
    throw new Usage(
      'A trust needs a provider or an issuer.',
      'Pass --provider github, gitlab, or circleci with --with FIELD=VALUE, or --issuer URL with --claim NAME=VALUE.',
    )
  if (provider === undefined ? withFields.length > 0 : claim.length + claimLike.length > 0)
    throw new Usage(
      '--with belongs to --provider, and --claim and --claim-like belong to --issuer.',
      'Use one of these two forms.',
    )
  if (issuer !== undefined && claim.length + claimLike.length === 0)
    throw new Usage(
      'A trust without claims would accept all jobs of the issuer.',
      'Pass --claim NAME=VALUE or --claim-like NAME=PATTERN for each claim that a job must have.',
    )
  const maxAgeSeconds =
    maxAge === undefined ? undefined : parseSeconds('--max-age', maxAge, { least: '1m', most: '1d' })
  const fields =
    provider === undefined
      ? {
          issuer,
          conditions: [...exactConditions(claim), ...claimLike.map(patternCondition)],
        }
      : { template: { ...templateFields(withFields), provider } }
  return { ...fields, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) }
}

/** A repeated claim can have any of its values. */
function exactConditions(texts: readonly string[]): object[] {
  const values = new Map<string, string[]>()
  for (const [claim, value] of texts.map((text) => split('--claim', text)))
    values.set(claim, [...(values.get(claim) ?? []), value])
  return [...values].map(([claim, [first, ...others]]) =>
    others.length === 0 ? { claim, equals: first } : { claim, oneOf: [first, ...others] },
  )
}

function patternCondition(text: string): object {
  const [claim, pattern] = split('--claim-like', text)
  return { claim, pattern }
}

/** @throws Usage for a repeated field, for a field without a value, and for the field `provider` */
function templateFields(texts: readonly string[]): object {
  const fields = texts.map((text) => split('--with', text))
  const names = fields.map(([name]) => name)
  if (names.includes('provider')) throw new Usage('--with cannot name the provider.', 'Name it with --provider only.')
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new Usage(`--with names ${printable(repeated)} twice.`, 'Keep one of them.')
  return Object.fromEntries(fields.map(([name, value]) => [name, fieldValue(name, value)]))
}

function fieldValue(name: string, value: string): unknown {
  if (listFields.has(name)) return value.split(',')
  return booleanFields.has(name) && value === 'true' ? true : value
}

function split(flag: string, text: string): [string, string] {
  const separator = text.indexOf('=')
  if (separator < 1 || separator === text.length - 1)
    throw new Usage(
      `${printable(text)} is not a value of ${flag}, which needs the form NAME=VALUE.`,
      `For example: ${flag} ref=refs/heads/main`,
    )
  return [text.slice(0, separator), text.slice(separator + 1)]
}
