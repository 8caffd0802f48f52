import {
  type AuthenticationDenial,
  malformedCredential,
  noCredential,
  oversizedCredential,
  twoCredentials,
} from '../denial.ts'

/** What the Authorization header holds. A Basic one is taken apart by @fastify/basic-auth. */
export type Authorization = { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly token: string }

const headerName = 'authorization'
/** An OIDC token of a CI job fits, in base64 once more. */
const maximumBytes = 8192
const scheme = /^(basic|bearer) (?=.)/i

/**
 * Reads the one Authorization header from the headers as they arrived.
 * Node keeps the first of several in `headers` and another hop might keep the last, so several are refused.
 *
 * @param rawHeaders names and values in turn, as `IncomingMessage.rawHeaders`
 */
export function readAuthorization(rawHeaders: readonly string[]): Authorization | AuthenticationDenial {
  const values = authorizationValues(rawHeaders)
  const value = values[0]
  if (value === undefined) return noCredential
  if (values.length > 1) return twoCredentials
  if (Buffer.byteLength(value) > maximumBytes) return oversizedCredential
  const match = scheme.exec(value)
  if (!match) return malformedCredential
  if (match[1]?.toLowerCase() === 'basic') return { scheme: 'basic' }
  return { scheme: 'bearer', token: value.slice(match[0].length) }
}

function authorizationValues(rawHeaders: readonly string[]): string[] {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    const value = rawHeaders[index + 1]
    if (name?.length === headerName.length && name.toLowerCase() === headerName && value !== undefined)
      values.push(value)
  }
  return values
}
