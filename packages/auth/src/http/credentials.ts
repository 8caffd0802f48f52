import {
  type AuthenticationDenial,
  malformedCredential,
  noCredential,
  oversizedCredential,
  twoCredentials,
} from '../errors/denial.ts'

/** @fastify/basic-auth parses Basic credentials. */
export type Authorization = { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly token: string }

const headerName = 'authorization'
/** Large enough for the OIDC token of a CI job, encoded in base64. */
const maximumBytes = 8192
const scheme = /^(basic|bearer) (?=.)/i

/**
 * Denies a request with several `Authorization` headers, because Node keeps the first one in `headers`, and a proxy may
 * keep the last one.
 *
 * @param rawHeaders names and values in turn, as in `IncomingMessage.rawHeaders`
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
