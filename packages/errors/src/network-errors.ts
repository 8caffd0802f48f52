/** The phrases that messages use for a server that cannot be reached. */
export interface NetworkTarget {
  /** Such as `it` or `db.internal:5432`. */
  readonly server: string
  /** Such as `its address` or `10.0.0.7:443`. */
  readonly address: string
  /** Such as `its host name` or `the host name db.internal`. */
  readonly host: string
}

type Clause = (target: NetworkTarget) => string

const closed: Clause = ({ server }) => `${server} closed the connection`
const silent: Clause = ({ address }) => `${address} does not answer`
const withoutTls: Clause = ({ server }) => `${server} does not speak TLS`
const withOldTls: Clause = ({ server }) => `${server} does not speak TLS 1.2 or newer`
const outOfFiles: Clause = () => 'no file descriptor is free for a connection'

const clauses: ReadonlyMap<string, Clause> = new Map<string, Clause>([
  ['EMFILE', outOfFiles],
  ['ENFILE', outOfFiles],
  ['ECONNREFUSED', ({ address }) => `nothing listens at ${address}`],
  ['ECONNRESET', closed],
  ['EPIPE', closed],
  ['UND_ERR_SOCKET', closed],
  ['ETIMEDOUT', silent],
  ['UND_ERR_CONNECT_TIMEOUT', silent],
  ['ERR_TLS_HANDSHAKE_TIMEOUT', silent],
  ['EHOSTUNREACH', ({ address }) => `there is no route to ${address}`],
  ['ENETUNREACH', ({ address }) => `there is no route to the network of ${address}`],
  ['ENOTFOUND', ({ host }) => `${host} is not known`],
  ['EAI_AGAIN', ({ host }) => `${host} cannot be looked up now`],
  ['EPROTO', withoutTls],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', withOldTls],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', withOldTls],
])

/**
 * Describes a failed connection in a clause without a remedy.
 *
 * @param code error code of the operating system, Node, or undici
 * @returns null for an unknown code
 */
export function networkErrorClause(code: string, target: NetworkTarget): string | null {
  const clause = clauses.get(code)
  if (clause !== undefined) return clause(target)
  if (code.startsWith('ERR_SSL_')) return withoutTls(target)
  return code.startsWith('HPE_') ? `${target.server} does not speak HTTP` : null
}

const certificateFaults: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'has expired, or the certificate of its authority has'],
  ['CERT_NOT_YET_VALID', 'is not valid yet, or the certificate of its authority is not'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is for another host name'],
])

/** A clause that follows "its certificate". @returns null for a code that is not in the list */
export function certificateErrorClause(code: string): string | null {
  return certificateFaults.get(code) ?? null
}

/**
 * The code of an error, or of its first inner error if several addresses were tried. Empty if there is no code.
 * Never the message, because a message may quote data that was sent.
 */
export function networkErrorCode(error: unknown): string {
  const code: unknown = Reflect.get(Object(error), 'code')
  if (typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)) return code
  // Undici 7 drops the code of an error of its HTTP parser.
  if (Reflect.get(Object(error), 'name') === 'HTTPParserError') return 'HPE_UNKNOWN'
  const causes: unknown = Reflect.get(Object(error), 'errors')
  return Array.isArray(causes) && causes.length > 0 ? networkErrorCode(causes[0]) : ''
}
