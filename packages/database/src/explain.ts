import type { Words } from '@rack-gateway/errors'
import { DatabaseUnavailable } from './errors.ts'

/** Where a database URL leads, without what is secret in it. */
function placeOf(url: string) {
  if (!URL.canParse(url)) return { server: 'the database', user: 'unknown', name: 'unknown', password: '' }
  const parsed = new URL(url)
  return {
    server: `${parsed.hostname}:${parsed.port || '5432'}`,
    user: decodeURIComponent(parsed.username),
    name: decodeURIComponent(parsed.pathname.slice(1)),
    password: decodeURIComponent(parsed.password),
  }
}

/** The user name in a database URL: the role that has to be granted what the gateway needs at run time. */
export function roleOf(url: string): string {
  return placeOf(url).user
}

/** An error that says what is wrong with the database and what to do. */
export function databaseUnavailable(cause: unknown, url: string): Error {
  const { reason, next } = explainDatabaseError(cause, url)
  return new DatabaseUnavailable(reason, next, { cause })
}

/** What is wrong with the database, and what to do. Never shows the password. */
export function explainDatabaseError(error: unknown, url: string): Words {
  const { server, user, name, password } = placeOf(url)
  const code = codeOf(error)
  switch (code) {
    case 'ERR_INVALID_URL':
      return {
        reason: 'the database URL cannot be read:',
        next: 'it should look like postgres://user:password@host:5432/name',
      }
    case 'ECONNREFUSED':
      return { reason: `nothing answers at ${server}:`, next: 'start PostgreSQL there or correct the host and port' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { reason: `the host of ${server} is not known:`, next: 'correct the host name' }
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return { reason: `${server} did not answer in time:`, next: 'check the network between here and there' }
    case 'ECONNRESET':
    case 'CONNECTION_CLOSED':
    case 'CONNECTION_DESTROYED':
    case 'CONNECTION_ENDED':
      return { reason: `${server} closed the connection:`, next: 'see the log of PostgreSQL' }
    case '28P01':
    case '28000':
      return { reason: `${server} refused the login "${user}":`, next: 'correct the user, the password or pg_hba.conf' }
    case '3D000':
      return { reason: `${server} has no database "${name}":`, next: 'create it or correct the name' }
    case '53300':
      return { reason: `${server} has no connection left:`, next: 'raise max_connections or lower the pool' }
    case '57P03':
      return { reason: `${server} is starting up or shutting down:`, next: 'try again in a moment' }
    case '42501':
      return {
        reason: `the login "${user}" may not do this on "${name}":`,
        next: 'run the migrations with DATABASE_OWNER_URL',
      }
    case '42P01':
    case '3F000':
      return { reason: `the database "${name}" lacks tables:`, next: 'run the migrations with DATABASE_OWNER_URL' }
    default:
      return {
        reason: `${server} reported: ${withoutPassword(messageOf(error), password)}`,
        next: 'look at the log of PostgreSQL',
      }
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return String(error.code)
}

function messageOf(error: unknown) {
  return error instanceof Error ? error.message : 'an unknown error'
}

function withoutPassword(message: string, password: string) {
  if (password === '') return message
  return message.replaceAll(password, '[secret]').replaceAll(encodeURIComponent(password), '[secret]')
}
