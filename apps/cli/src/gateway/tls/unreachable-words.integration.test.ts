import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { askGateway } from '../gateway-request.ts'
import { unreachableInWords } from './unreachable-words.ts'

let server: Server | null = null
afterEach(() => void server?.close())

/** What is said of a request, and its exit code's error. */
async function said(origin: string): Promise<string> {
  try {
    await askGateway(origin, { path: '/me' })
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  throw new Error('it was answered')
}

/** A port that nobody listens at any more, or at which somebody answers so. */
function portWith(answer: string | null): Promise<number> {
  return new Promise((resolve) => {
    const one = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.end(answer ?? '')
    })
    one.listen(0, '127.0.0.1', () => {
      const address = one.address()
      const port = address === null || typeof address === 'string' ? 0 : address.port
      if (answer === null) one.close(() => resolve(port))
      else {
        server = one
        resolve(port)
      }
    })
  })
}

test.each(['http', 'https'])(
  'a gateway that is not there is said in words (%s), with what to do and the code',
  async (scheme) => {
    const origin = `${scheme}://127.0.0.1:${await portWith(null)}`
    const { host } = new URL(origin)
    expect(await said(origin)).toBe(
      `${origin} could not be asked: nothing listens at ${host} (ECONNREFUSED); check the address, and whether it runs, with: rack-gateway doctor`,
    )
  },
)

test('so is what answers in another way', async () => {
  const port = await portWith('SSH-2.0-OpenSSH_9.9\r\n')
  expect(await said(`http://127.0.0.1:${port}`)).toMatch(
    /could not be asked: the server does not speak HTTP \(HPE_\w+\); check the port, and whether its address begins with https:\/\//,
  )
  expect(await said(`https://127.0.0.1:${port}`)).toMatch(
    /could not be asked: the server does not speak TLS.* \(\w+\); check the port, and whether its address begins with http:\/\//,
  )
})

test('and one that closes without a word', async () => {
  expect(await said(`http://127.0.0.1:${await portWith('')}`)).toMatch(
    /could not be asked: the server closed the connection \((?:UND_ERR_SOCKET|ECONNRESET)\); try again/,
  )
})

const failed = (code: string, more: object = {}) => Object.assign(new Error('of others'), { code, ...more })

test.each([
  [failed('ENOTFOUND', { hostname: 'gw.example' }), 'the host name gw.example is not known (ENOTFOUND)'],
  [failed('EAI_AGAIN', { hostname: 'gw.example' }), 'the host name gw.example cannot be looked up now (EAI_AGAIN)'],
  [failed('ETIMEDOUT', { address: '192.0.2.7', port: 443 }), '192.0.2.7:443 does not answer (ETIMEDOUT)'],
  [failed('UND_ERR_CONNECT_TIMEOUT'), 'its address does not answer (UND_ERR_CONNECT_TIMEOUT)'],
  [failed('ECONNREFUSED', { address: '::1', port: 443 }), 'nothing listens at [::1]:443 (ECONNREFUSED)'],
  [failed('EHOSTUNREACH'), 'there is no route to its address (EHOSTUNREACH)'],
  [failed('ERR_SSL_WRONG_VERSION_NUMBER'), 'the server does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)'],
  [Object.assign(new Error('of others'), { name: 'HTTPParserError' }), 'the server does not speak HTTP (HPE_UNKNOWN)'],
  [failed('EOTHER'), 'the connection failed (EOTHER)'],
  [new Error('of others'), 'the connection failed'],
])('%s is said to be: %s', (error, what) => {
  expect(unreachableInWords(error).what).toBe(what)
})

test('of several addresses that were tried, the first is named', () => {
  const both = [
    failed('ECONNREFUSED', { address: '::1', port: 1 }),
    failed('ECONNREFUSED', { address: '127.0.0.1', port: 1 }),
  ]
  expect(unreachableInWords(new AggregateError(both)).what).toBe('nothing listens at [::1]:1 (ECONNREFUSED)')
})
