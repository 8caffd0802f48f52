import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type Duplex, pipeline } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { echoFrames } from './fixed/echo.ts'
import * as responses from './fixed/responses.ts'

/**
 * The mode for benchmarks: prepared responses, no state, no log of requests, and no parsing. Checks only the password.
 * The first matching row applies.
 *
 * | request | response |
 * |---|---|
 * | GET of objects, `.tgz`, and `/data` | 100 MB in chunks, or n bytes for `B{n}.tgz` |
 * | GET of `/apps/app-large/releases` | a list of 10 MB |
 * | GET of `/releases` and `/releases/{id}` | ten releases, or one; the newest has 50 variables |
 * | any other GET | ten apps, 2 KB |
 * | any other method on `/builds/import` | a build whose description has the number of bytes that arrived |
 * | any other method on objects | a URL, after the whole body has arrived |
 * | any other method on `/builds…` | a build, after the whole body has arrived |
 * | any other method on `/data` | `ok`, after the whole body has arrived |
 * | any other request | a new release, after the whole body has arrived |
 * | any websocket | an echo of each frame |
 */
export function serveFixedResponses(server: Server, token: string): void {
  const credentials = `Basic ${Buffer.from(`convox:${token}`).toString('base64')}`
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    if (message.headers.authorization !== credentials) refuse(response)
    else if (message.method === 'GET') respondToRead(message.url ?? '', response)
    else if (importTarget.test(message.url ?? '')) respondToImport(message, response)
    else respondToChange(message, response)
  })
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (message.headers.authorization === credentials) echoFrames(message, socket, head)
    else socket.destroy()
  })
}

const appsTarget = '/apps?'
const largeTarget = /\/objects\/|\.tgz\??$|\/data\??$/
const objectTarget = /\/objects\//
const sizedBuildTarget = /\/builds\/B(\d{1,10})\.tgz\??$/
const importTarget = /\/builds\/import\??$/
const buildTarget = /\/builds/
const dataTarget = /\/data\??$/
const largeReleaseListTarget = /^\/apps\/app-large\/releases(?:\?.*)?$/
const releaseListTarget = /\/releases(?:\?.*)?$/
const singleReleaseTarget = /\/releases\/[^/]+$/

function respondToRead(target: string, response: ServerResponse): void {
  if (target === appsTarget) send(response, responses.apps)
  else if (largeTarget.test(target)) sendLarge(response, Number(sizedBuildTarget.exec(target)?.[1] ?? largeLength))
  else if (largeReleaseListTarget.test(target)) sendInTurns(response, responses.largeReleases())
  else if (singleReleaseTarget.test(target)) send(response, responses.oneRelease)
  else send(response, releaseListTarget.test(target) ? responses.releases : responses.apps)
}

function respondToChange(message: IncomingMessage, response: ServerResponse): void {
  message.resume()
  message.on('end', () => send(response, responseTo(message.url ?? '')))
}

function respondToImport(message: IncomingMessage, response: ServerResponse): void {
  let bytes = 0
  message.on('data', (part: Buffer) => {
    bytes += part.length
  })
  message.on('end', () => send(response, responses.importedBuild(bytes)))
}

function responseTo(target: string): responses.FixedResponse {
  if (objectTarget.test(target)) return responses.storedObject
  if (buildTarget.test(target)) return responses.build
  return dataTarget.test(target) ? responses.acceptedUpload : responses.newRelease
}

function send(response: ServerResponse, { headers, body }: responses.FixedResponse): void {
  response.writeHead(200, [...headers])
  response.end(body)
}

/** Like `send`, but in parts, so that a large response does not delay the other responses. */
function sendInTurns(response: ServerResponse, { headers, body }: responses.FixedResponse): void {
  response.writeHead(200, [...headers])
  pipeline(partsInTurns(body), response, () => {})
}

async function* partsInTurns(body: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < body.length; start += partSize) {
    yield body.subarray(start, start + partSize)
    await setImmediate()
  }
}

const partSize = 64 * 1024

/** The number of bytes of a large response, unless its path has a number. */
export const largeLength = 100_000_000
const chunk = Buffer.alloc(256 * 1024, 'large ')

function sendLarge(response: ServerResponse, length: number): void {
  let left = length
  response.writeHead(200, ['Content-Type', 'application/octet-stream'])
  function fill(): void {
    while (left > 0) {
      const next = chunk.subarray(0, left)
      left -= next.length
      if (!response.write(next)) return
    }
    response.end()
  }
  response.on('drain', fill)
  fill()
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('invalid authentication\n')
}
