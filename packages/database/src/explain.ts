import type { Explanation } from '@rack-gateway/errors'
import { networkErrorClause, networkErrorCode } from '@rack-gateway/errors/network-errors'
import { DatabaseUnavailable } from './errors/errors.ts'

function readUrl(url: string) {
  if (!URL.canParse(url))
    return { server: 'the database', host: 'of the database', user: 'unknown', name: 'unknown', password: '' }
  const parsed = new URL(url)
  return {
    server: `${parsed.hostname}:${parsed.port || '5432'}`,
    host: parsed.hostname,
    user: decodeURIComponent(parsed.username),
    name: decodeURIComponent(parsed.pathname.slice(1)),
    password: decodeURIComponent(parsed.password),
  }
}

/** The user name in a database URL: the PostgreSQL role that gets the privileges of the running gateway. */
export function roleOf(url: string): string {
  return readUrl(url).user
}

export function databaseUnavailable(cause: unknown, url: string): Error {
  const { reason, remedy } = explainDatabaseError(cause, url)
  return new DatabaseUnavailable(reason, remedy, { cause })
}

/** Never shows the password. A reason that ends with a colon introduces the remedy. */
export function explainDatabaseError(error: unknown, url: string): Explanation {
  const { server, host, user, name, password } = readUrl(url)
  const code = networkErrorCode(error)
  switch (code) {
    case 'ERR_INVALID_URL':
      return {
        reason: 'the database URL is invalid:',
        remedy: 'write it like postgres://user:password@host:5432/name',
      }
    case '28P01':
    case '28000':
      return {
        reason: `${server} refused the login "${user}":`,
        remedy: 'correct the user, the password, or pg_hba.conf',
      }
    case '3D000':
      return { reason: `${server} has no database "${name}":`, remedy: 'create it or correct the name' }
    case '53300':
      return { reason: `${server} has no connection left:`, remedy: 'raise max_connections' }
    case '57P03':
      return { reason: `${server} is starting up or shutting down:`, remedy: 'try again in a moment' }
    case '42501':
      return {
        reason: `the login "${user}" lacks a privilege on "${name}":`,
        remedy: 'start the gateway with DATABASE_OWNER_URL',
      }
    case '42P01':
    case '3F000':
      return { reason: `the database "${name}" lacks tables:`, remedy: 'start the gateway with DATABASE_OWNER_URL' }
    default:
      return (
        explainNetworkError(code, server, host) ?? {
          reason: `${server} reported: ${withoutPassword(messageOf(error), password)}`,
          remedy: 'check the log of PostgreSQL',
        }
      )
  }
}

/** Codes of the driver, with the corresponding codes of the operating system. */
const driverCodes: ReadonlyMap<string, string> = new Map([
  ['CONNECT_TIMEOUT', 'ETIMEDOUT'],
  ['CONNECTION_CLOSED', 'ECONNRESET'],
  ['CONNECTION_DESTROYED', 'ECONNRESET'],
  ['CONNECTION_ENDED', 'ECONNRESET'],
])

const checkNetwork = 'check the network between the gateway and the database'
const remedies: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'start PostgreSQL there or correct the host and port'],
  ['ENOTFOUND', 'correct the host name'],
  ['EAI_AGAIN', 'try again in a moment, or correct the host name'],
  ['ETIMEDOUT', checkNetwork],
  ['EHOSTUNREACH', checkNetwork],
  ['ENETUNREACH', checkNetwork],
])

function explainNetworkError(driverCode: string, server: string, host: string): Explanation | null {
  const code = driverCodes.get(driverCode) ?? driverCode
  const reason = networkErrorClause(code, { server, address: server, host: `the host name ${host}` })
  return reason === null ? null : { reason: `${reason}:`, remedy: remedies.get(code) ?? 'check the log of PostgreSQL' }
}

function messageOf(error: unknown) {
  return error instanceof Error ? error.message : 'an unknown error'
}

function withoutPassword(message: string, password: string) {
  if (password === '') return message
  return message.replaceAll(password, '[secret]').replaceAll(encodeURIComponent(password), '[secret]')
}
