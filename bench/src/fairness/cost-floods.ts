import { get, head, post } from '../workloads/request.ts'
import { openConnections } from './connection-pool.ts'
import type { Flood, RunningFlood } from './flood.ts'
import { managementGet, managementPost } from './flood-requests.ts'
import type { FloodSocket } from './flood-socket.ts'
import { createTokens } from './listed-tokens.ts'
import { loopbackAddress } from './networks.ts'

const cookiePairs = 12_000
/** These paths belong to the management API, a rack, and the pages of the gateway. */
const cookiePaths = ['/gateway/api/v1/me', '/apps?', '/gateway/']
const [cookieConnections, manyCookieConnections] = [16, 150]
const nestedBodies = { connections: 8, depth: 499_990 }
const tokenBodies = { connections: 16, permissions: 8_270 }
const formBytes = 4 * 1024 * 1024
const largeForms = 4
/** The gateway accepts at most 10,000 lines. */
const environmentLines = 9_990
const matrixConnections = 32
const longCommands = { connections: 16, bytes: 8_000 }
const tokenLists = { connections: 32, tokens: 100 }
const histograms = 16
const deniedNetworks = 200

/** Floods of requests that cost far more than to send them. */
export const costFloods: Readonly<Record<string, Flood>> = {
  cookies: cookieFlood(cookieConnections),
  'many-cookies': cookieFlood(manyCookieConnections),
  'nested-json': {
    title: `1 MB of nested JSON on ${nestedBodies.connections} connections of a viewer`,
    start: ({ url, tokens }) => {
      const { depth, connections } = nestedBodies
      const body = `{"document":${'['.repeat(depth)}${']'.repeat(depth)}}`
      return repeat(url, connections, managementPost('/gateway/api/v1/policy/check', url, tokens.viewer, body))
    },
  },
  'token-bodies': {
    title: `58 KB to \`/tokens\` on ${tokenBodies.connections} connections of a viewer`,
    start: ({ url, tokens }) => {
      const permissions = Array.from({ length: tokenBodies.permissions }, (_, index) => String(index + 1_000))
      const body = JSON.stringify({ name: 'flood', permissions })
      return repeat(url, tokenBodies.connections, managementPost('/gateway/api/v1/tokens', url, tokens.viewer, body))
    },
  },
  'build-arguments': {
    title: `${largeForms} builds with 4 MiB of arguments, of a \`ci\` token`,
    start: ({ url, tokens }) => {
      const fields = { url: 'object://app-0/tmp/bench.tgz', description: 'a build' }
      const list = repeatUntil(formBytes - 1_000, () => 'A%3D1%2C').slice(0, -'%2C'.length)
      const form = { ...fields, 'build-args': decodeURIComponent(list) }
      return repeat(url, largeForms, post('/apps/app-0/builds?', form, url, tokens.ci))
    },
  },
  environments: {
    title: `${largeForms} releases with 4 MiB of environment, of an administrator`,
    start: ({ url, tokens }) => {
      const value = 'v'.repeat(Math.floor(formBytes / environmentLines) - 'K9999%3D%0A'.length)
      const lines = Array.from({ length: environmentLines }, (_, index) => `K${index}=${value}`)
      const form = { env: lines.join('\n') }
      return repeat(url, largeForms, post('/apps/app-0/releases?', form, url, tokens.admin))
    },
  },
  matrix: {
    title: `the policy matrix on ${matrixConnections} connections of a viewer`,
    start: ({ url, tokens }) =>
      repeat(url, matrixConnections, managementGet('/gateway/api/v1/policy/matrix', url, tokens.viewer)),
  },
  'long-commands': {
    title: `denied commands of 8 KB on ${longCommands.connections} connections of a \`ci\` token`,
    start: ({ url, tokens }) => {
      const command = 'x '.repeat(longCommands.bytes / 2).trimEnd()
      const headers = [`Command: ${command}`, 'Content-Length: 0']
      const request = head('POST /apps/app-0/services/command/processes?', url, tokens.ci, headers)
      return repeat(url, longCommands.connections, request)
    },
  },
  'token-lists': {
    title: `lists of ${tokenLists.tokens} tokens on ${tokenLists.connections} connections of a viewer`,
    prepare: ({ url, tokens }) => createTokens(url, tokens.viewer, tokenLists.tokens),
    start: ({ url, tokens }) =>
      repeat(
        url,
        tokenLists.connections,
        managementGet(`/gateway/api/v1/tokens?limit=${tokenLists.tokens}`, url, tokens.viewer),
      ),
  },
  histograms: {
    title: `histograms of the audit log on ${histograms} connections of an auditor`,
    start: ({ url, tokens }) =>
      repeat(url, histograms, managementGet('/gateway/api/v1/audit/histogram?buckets=120', url, tokens.auditor)),
  },
  'network-denials': {
    title: `401 for each of ${deniedNetworks} networks, again and again`,
    usesNetworks: true,
    start: ({ url }) => repeat(url, deniedNetworks, get('/apps?', url, 'invalid'), loopbackAddress),
  },
}

function cookieFlood(connections: number): Flood {
  return {
    title: `cookies of 60 KB with ${cookiePairs.toLocaleString('en')} pairs on ${connections} connections, without a credential`,
    start: ({ url }) => {
      const header = `Cookie: ${'a=1; '.repeat(cookiePairs).slice(0, -2)}`
      const requests = cookiePaths.map((path) => managementGet(path, url, null, [header]))
      let sent = 0
      const send = (socket: FloodSocket) => socket.write(requests[sent++ % requests.length] ?? Buffer.alloc(0))
      return openConnections({ url, count: connections, onOpen: send, onResponse: send })
    },
  }
}

/** Sends the request on each connection, and again after each response. */
function repeat(url: string, count: number, request: Buffer, addressOf?: (index: number) => string): RunningFlood {
  const send = (socket: FloodSocket) => socket.write(request)
  return openConnections({ url, count, onOpen: send, onResponse: send, ...(addressOf && { addressOf }) })
}

/** Joins parts up to a length. */
function repeatUntil(length: number, partAt: (index: number) => string): string {
  const parts: string[] = []
  for (let size = 0, part = partAt(0); size + part.length <= length; part = partAt(parts.length)) {
    parts.push(part)
    size += part.length
  }
  return parts.join('')
}
