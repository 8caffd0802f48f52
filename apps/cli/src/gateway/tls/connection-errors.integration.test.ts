import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { askGateway } from '../gateway-request.ts'
import { explainConnectionError } from './connection-errors.ts'

let server: Server | null = null
afterEach(() => void server?.close())

/** The message of the error that a request fails with. */
async function failureMessage(origin: string): Promise<string> {
  try {
    await askGateway(origin, { path: '/me' })
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  throw new Error('The request succeeded.')
}

/** @returns a port where a server answers with the given bytes, or where nothing listens if they are null */
function portWith(response: string | null): Promise<number> {
  return new Promise((resolve) => {
    const created = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(response ?? '')
    })
    created.listen(0, '127.0.0.1', () => {
      const address = created.address()
      const port = address === null || typeof address === 'string' ? 0 : address.port
      if (response === null) created.close(() => resolve(port))
      else {
        server = created
        resolve(port)
      }
    })
  })
}

test.each(['http', 'https'])('explains a refused connection, with the remedy and the code (%s)', async (scheme) => {
  const origin = `${scheme}://127.0.0.1:${await portWith(null)}`
  const { host } = new URL(origin)
  expect(await failureMessage(origin)).toBe(
    `The request to ${origin} failed: nothing listens at ${host} (ECONNREFUSED). Check the address, and whether the server runs. For a diagnosis, run: rack-gateway doctor`,
  )
})

test('explains a server that speaks another protocol', async () => {
  const port = await portWith('SSH-2.0-OpenSSH_9.9\r\n')
  expect(await failureMessage(`http://127.0.0.1:${port}`)).toMatch(
    / failed: the server does not speak HTTP \(HPE_\w+\)\. Check the port, and whether the address begins with https:\/\/\./,
  )
  expect(await failureMessage(`https://127.0.0.1:${port}`)).toMatch(
    / failed: the server does not speak TLS.* \(\w+\)\. Check the port, and whether the address begins with http:\/\/\./,
  )
})

test('explains a connection that the server closes without a response', async () => {
  expect(await failureMessage(`http://127.0.0.1:${await portWith('')}`)).toMatch(
    / failed: the server closed the connection \((?:UND_ERR_SOCKET|ECONNRESET)\)\. Try again\./,
  )
})

const systemError = (code: string, more: object = {}) =>
  Object.assign(new Error('The original message.'), { code, ...more })

test.each([
  [systemError('ENOTFOUND', { hostname: 'gw.example' }), 'the host name gw.example is not known (ENOTFOUND)'],
  [
    systemError('EAI_AGAIN', { hostname: 'gw.example' }),
    'the host name gw.example cannot be looked up now (EAI_AGAIN)',
  ],
  [systemError('ETIMEDOUT', { address: '192.0.2.7', port: 443 }), '192.0.2.7:443 does not answer (ETIMEDOUT)'],
  [systemError('UND_ERR_CONNECT_TIMEOUT'), 'its address does not answer (UND_ERR_CONNECT_TIMEOUT)'],
  [systemError('ECONNREFUSED', { address: '::1', port: 443 }), 'nothing listens at [::1]:443 (ECONNREFUSED)'],
  [systemError('EHOSTUNREACH'), 'there is no route to its address (EHOSTUNREACH)'],
  [systemError('ERR_SSL_WRONG_VERSION_NUMBER'), 'the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)'],
  [
    Object.assign(new Error('The original message.'), { name: 'HTTPParserError' }),
    'the server does not speak HTTP (HPE_UNKNOWN)',
  ],
  [systemError('EOTHER'), 'the connection failed (EOTHER)'],
  [new Error('The original message.'), 'the connection failed'],
])('explains %s: %s', (error, reason) => {
  expect(explainConnectionError(error).reason).toBe(reason)
})

test('names the first of several addresses', () => {
  const both = [
    systemError('ECONNREFUSED', { address: '::1', port: 1 }),
    systemError('ECONNREFUSED', { address: '127.0.0.1', port: 1 }),
  ]
  expect(explainConnectionError(new AggregateError(both)).reason).toBe('nothing listens at [::1]:1 (ECONNREFUSED)')
})
