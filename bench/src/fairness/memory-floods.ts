import { openConnections } from './connection-pool.ts'
import type { Flood } from './flood.ts'
import { managementPost, managementPostHead } from './flood-requests.ts'
import type { FloodSocket } from './flood-socket.ts'
import { loopbackAddress } from './networks.ts'

const checkPath = '/gateway/api/v1/policy/check'
const publicPath = '/gateway/api/v1/cli-logins/device/poll'
const largeChecks = 600
const unfinishedBodies = 950
const anonymousBodies = { networks: 60, each: 160 }
const idleConnections = { networks: 10, each: 1_000 }
/** Milliseconds in which thousands of connections are opened. All at once, the kernel would drop some. */
const rampUp = 4_000

/** 1 MB that the schema allows: 249,990 characters of four bytes. */
const largeCheck = JSON.stringify({ document: '\u{1f600}'.repeat(249_990) })
/** Almost 64 KiB, the default limit of a body. */
const anonymousBody = JSON.stringify({ secret: 'x'.repeat(65_500) })
/** The longest time of one check is 10 s. */
const checkSeconds = 20
/** A check of a document with so many roles takes several seconds. */
const checkedRoles = 3_500

/** Floods that fill the memory of the gateway, its connections, or its child processes. */
export const memoryFloods: Readonly<Record<string, Flood>> = {
  'large-checks': {
    title: `${largeChecks} bodies of 1 MB that a viewer completes at once, again and again`,
    seconds: 20,
    start: ({ url, tokens }) => {
      const request = managementPost(checkPath, url, tokens.viewer, largeCheck)
      const [begin, end] = [request.subarray(0, -1), request.subarray(-1)]
      const begun = new Set<FloodSocket>()
      function beginBody(socket: FloodSocket): void {
        begun.add(socket)
        socket.write(begin)
      }
      return openConnections({
        url,
        count: largeChecks,
        onOpen: beginBody,
        onResponse: beginBody,
        // The gateway needs some seconds to read 600 MB.
        interval: 5_000,
        onInterval() {
          for (const socket of begun) socket.write(end)
          begun.clear()
        },
      })
    },
  },
  'unfinished-bodies': {
    title: `${unfinishedBodies} bodies of 1 MB that a viewer never finishes`,
    seconds: 12,
    start: ({ url, tokens }) => {
      const begin = managementPost(checkPath, url, tokens.viewer, largeCheck).subarray(0, -1)
      return openConnections({ url, count: unfinishedBodies, onOpen: (socket) => socket.write(begin) })
    },
  },
  'anonymous-bodies': {
    title: `bodies of 64 KiB from ${anonymousBodies.networks} networks, ${anonymousBodies.each} from each, never finished, without a credential`,
    seconds: 15,
    usesNetworks: true,
    start: ({ url }) => {
      const begin = Buffer.concat([
        managementPostHead(publicPath, url, null, anonymousBody.length),
        Buffer.from(anonymousBody.slice(0, -1)),
      ])
      return openConnections({
        url,
        count: anonymousBodies.networks * anonymousBodies.each,
        addressOf: (index) => loopbackAddress(index % anonymousBodies.networks),
        rampUp,
        onOpen: (socket) => socket.write(begin),
      })
    },
  },
  'idle-connections': {
    title: `${idleConnections.each.toLocaleString('en')} idle connections from each of ${idleConnections.networks} networks`,
    seconds: 15,
    usesNetworks: true,
    start: ({ url }) =>
      openConnections({
        url,
        count: idleConnections.networks * idleConnections.each,
        addressOf: (index) => loopbackAddress(index % idleConnections.networks),
        rampUp,
        // The flood is the connections, and not the attempts to open them.
        reopenAfter: 5_000,
        onOpen: () => undefined,
      }),
  },
  'policy-checks': {
    title: 'a viewer and a `ci` token, each with two checks of ever different large policy documents',
    seconds: checkSeconds,
    start: ({ url, tokens: { viewer, ci } }) => {
      let documents = 0
      function check(socket: FloodSocket, index: number): void {
        const document = largePolicy(documents++)
        socket.write(managementPost(checkPath, url, index % 2 === 0 ? viewer : ci, JSON.stringify({ document })))
      }
      return openConnections({ url, count: 4, onOpen: check, onResponse: check })
    },
  },
}

/** A valid document, with another hash for each number. */
function largePolicy(number: number): string {
  const roles = Array.from({ length: checkedRoles }, (_, index) => `  r${index}: { extends: [admin] }`)
  return ['version: 1', 'roles:', `  n${number}: { extends: [viewer] }`, ...roles, ''].join('\n')
}
