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

/** One sentence that says what is wrong with the database and what to do. Never shows the password. */
export function explainDatabaseError(error: unknown, url: string): string {
  const { server, user, name, password } = placeOf(url)
  const code = codeOf(error)
  switch (code) {
    case 'ERR_INVALID_URL':
      return 'the database URL cannot be read: it should look like postgres://user:password@host:5432/name'
    case 'ECONNREFUSED':
      return `nothing answers at ${server}: start PostgreSQL there or correct the host and port`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host of ${server} is not known: correct the host name`
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return `${server} did not answer in time: check the network between here and there`
    case 'ECONNRESET':
    case 'CONNECTION_CLOSED':
    case 'CONNECTION_DESTROYED':
    case 'CONNECTION_ENDED':
      return `${server} closed the connection: see the log of PostgreSQL`
    case '28P01':
    case '28000':
      return `${server} refused the login "${user}": correct the user, the password or pg_hba.conf`
    case '3D000':
      return `${server} has no database "${name}": create it or correct the name`
    case '53300':
      return `${server} has no connection left: raise max_connections or lower the pool`
    case '57P03':
      return `${server} is starting up or shutting down: try again in a moment`
    case '42501':
      return `the login "${user}" may not do this on "${name}": run the migrations with DATABASE_OWNER_URL`
    case '42P01':
    case '3F000':
      return `the database "${name}" lacks tables: run the migrations with DATABASE_OWNER_URL`
    default:
      return `${server} reported: ${withoutPassword(messageOf(error), password)}`
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
