import { decodeFrames } from '@rack-gateway/testing/websocket'
import { expect, test } from 'vitest'
import { RackRejectsGateway, RackUnreachable } from './errors.ts'
import { get, httpPeer, neverAborted, rackAt, rawPeer } from './testing/peer.ts'
import { frame, readAll, readBytes, startRelay } from './testing/start-relay.ts'
import type { RackContact, RelayRefusal } from './types.ts'

/** A rack that answers with this status, and what its responses showed. */
async function rackThatResponds(status: number) {
  const contacts: RackContact[] = []
  const peer = await httpPeer((_request, response) => void response.writeHead(status).end('invalid authentication\n'))
  return { contacts, rack: rackAt(peer.port, { onContact: (_, contact) => contacts.push(contact) }) }
}

test('a 401 of a rack is an error about the password of the gateway, with its variable', async () => {
  const { rack, contacts } = await rackThatResponds(401)
  const error = await rack.send(get(), neverAborted).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(RackRejectsGateway)
  expect(error).toMatchObject({
    code: 'RGW_RACK_REJECTS_GATEWAY',
    statusCode: 502,
    message: expect.stringMatching(
      /^The rack staging rejects the gateway, .* RACK_TOKEN_STAGING .* restart the gateway/,
    ),
  })
  expect(contacts).toEqual(['rejected'])
})

test('a 401 through which another server speaks is its own response', async () => {
  const { rack, contacts } = await rackThatResponds(401)
  const response = await rack.send({ ...get('/v2/'), isPassedOn: true }, neverAborted)
  expect([response.status, contacts]).toEqual([401, ['answered']])
  response.discard()
})

test.each([
  [200, '/apps?', 'accepted'],
  [204, '/apps?', 'accepted'],
  [200, '/check', 'answered'],
  [302, '/apps?', 'answered'],
  [403, '/apps?', 'answered'],
  [404, '/apps?', 'answered'],
  [503, '/apps?', 'answered'],
] as const)('the status %d of %s shows that the rack %s', async (status, target, contact) => {
  const { rack, contacts } = await rackThatResponds(status)
  const response = await rack.send(get(target), neverAborted)
  response.discard()
  expect(contacts).toEqual([contact])
})

test('a rack without a connection is unreachable, for calls and websockets', async () => {
  const contacts: RackContact[] = []
  // Nothing listens on this port.
  const rack = rackAt(1, { onContact: (_, contact) => contacts.push(contact) })
  await expect(rack.send(get(), neverAborted)).rejects.toBeInstanceOf(RackUnreachable)
  await expect(rack.upgrade(get(), neverAborted)).rejects.toBeInstanceOf(RackUnreachable)
  expect(contacts).toEqual(['unreachable', 'unreachable'])
})

test('a handshake that is answered with 401 is the same error, and an open websocket shows no acceptance', async () => {
  const contacts: RackContact[] = []
  const onContact = (_: string, contact: RackContact) => contacts.push(contact)
  const rejecting = await rawPeer((socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'))
  await expect(rackAt(rejecting.port, { onContact }).upgrade(get(), neverAborted)).rejects.toBeInstanceOf(
    RackRejectsGateway,
  )
  const refusing = await rawPeer((socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'))
  expect(await rackAt(refusing.port, { onContact }).upgrade(get(), neverAborted)).toMatchObject({ upgraded: false })
  expect(contacts).toEqual(['rejected', 'answered'])
})

const rejection = frame({ opcode: 1, payload: Buffer.from('ERROR: invalid authentication\n') })
const eof = frame({ opcode: 2, payload: Buffer.alloc(0) })
const output = frame({ opcode: 1, payload: Buffer.from('output\n') })
const refusal: RelayRefusal = { reason: 'rejected', text: 'ERROR: the password is not valid\n', code: 1008 }

/** A result that the test gives. */
function decision() {
  let decide: (refusal: RelayRefusal | null) => void = () => {}
  const decided = new Promise<RelayRefusal | null>((resolve) => {
    decide = resolve
  })
  let questions = 0
  return {
    decide,
    count: () => questions,
    onRejection() {
      questions += 1
      return decided
    },
  }
}

test.each(['after its handshake', 'with its handshake'])(
  'a rack that rejects the password in its first message, %s, ends the relay with the reason of the gateway',
  async (when) => {
    const { decide, onRejection } = decision()
    const bytes = Buffer.concat([rejection, eof])
    const { client, rack, relay } = await startRelay({
      onRejection,
      ...(when === 'with its handshake' && { rackHead: bytes }),
    })
    if (when === 'after its handshake') rack.write(bytes)
    decide(refusal)
    const received = decodeFrames(await readAll(client))
    expect(received.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [1, refusal.text],
      [2, ''],
      [8, expect.stringContaining('rejected')],
    ])
    expect(await relay.ended).toMatchObject({ by: 'gateway', reason: 'rejected', code: 1008 })
  },
)

test('the same text of a program passes unchanged once the rack has accepted the password', async () => {
  const { decide, onRejection, count } = decision()
  const { client, rack } = await startRelay({ onRejection })
  rack.write(Buffer.concat([rejection, output]))
  await expect.poll(count).toBe(1)
  rack.write(output)
  expect(client.readableLength).toBe(0)
  decide(null)
  const expected = Buffer.concat([rejection, output, output])
  expect(await readBytes(client, expected.length)).toEqual(expected)
})

test('a question that fails lets the message pass', async () => {
  const { client, rack } = await startRelay({ onRejection: () => Promise.reject(new Error('no response')) })
  rack.write(rejection)
  expect(await readBytes(client, rejection.length)).toEqual(rejection)
})

test('the text later in a stream asks nothing, and the input of the caller never waits', async () => {
  const { onRejection, count } = decision()
  const first = await startRelay({ onRejection })
  first.rack.write(output)
  await expect.poll(() => first.client.readableLength).toBe(output.length)
  first.rack.write(rejection)
  const both = Buffer.concat([output, rejection])
  expect(await readBytes(first.client, both.length)).toEqual(both)
  expect(count()).toBe(0)

  const second = await startRelay({ onRejection })
  second.rack.write(rejection)
  await expect.poll(count).toBe(1)
  const input = frame({ opcode: 1, payload: Buffer.from('input') }, 7)
  second.client.write(input)
  expect(await readBytes(second.rack, input.length)).toEqual(input)
})
