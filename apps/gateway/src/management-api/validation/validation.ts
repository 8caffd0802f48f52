import { IsArray, IsInteger, type TObject, type TSchema } from 'typebox'
import { invalid } from '../../errors/errors.ts'
import { findToken } from './find-token.ts'
import { schemaFault } from './schema-fault.ts'
import { validatorOf } from './validator-of.ts'

/**
 * Coerces only integers and lists in queries, removes nothing, and rejects NUL and tokens of the gateway. Looks for
 * tokens first, because other errors can quote what was sent.
 */
export function validatorFor({ schema, httpPart }: { schema: unknown; httpPart?: string | undefined }) {
  const type = schema as TObject
  return function validate(input: unknown) {
    const value = httpPart === 'querystring' ? parseQuery(type, input) : (input ?? {})
    const token = findToken(type, value)
    if (token !== null) return { error: tokenFault(token) }
    if (!validatorOf(type).Check(value)) {
      const { reason, remedy } = schemaFault(type, value, httpPart ?? 'body')
      return { error: invalid(reason, remedy) }
    }
    const nulMember = Object.entries(value as object).find(([, member]) => containsNul(member))
    return nulMember === undefined ? { value } : { error: nulFault(nulMember[0]) }
  }
}

/** PostgreSQL refuses NUL in texts. Does not recurse, because the claims of a job can be nested deeply. */
function containsNul(member: unknown): boolean {
  const pending = [member]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value === 'string' && value.includes('\0')) return true
    if (typeof value !== 'object' || value === null) continue
    for (const name in value) pending.push(name, Reflect.get(value, name))
  }
  return false
}

function nulFault(member: string): Error {
  return invalid(`\`${member}\` contains the character U+0000.`, 'Leave this character out.')
}

function tokenFault(path: readonly string[]): Error {
  return invalid(
    `\`${path.join('.')}\` contains what looks like a token of the gateway.`,
    'Leave the token out. If other people may have seen it, revoke it.',
  )
}

/** A parameter that is repeated is already a list of strings. */
function parseQuery({ properties }: TObject, input: unknown): unknown {
  const entries = Object.entries(input ?? {}).map(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? properties[name] : undefined
    return [name, type === undefined || typeof value !== 'string' ? value : parseValue(type, value)]
  })
  return Object.fromEntries(entries)
}

function parseValue(type: TSchema, value: string): unknown {
  if (IsArray(type)) return [value]
  return IsInteger(type) && /^\d{1,9}$/.test(value) ? Number(value) : value
}
