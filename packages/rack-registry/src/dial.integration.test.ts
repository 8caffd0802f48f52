import tls from 'node:tls'
import {
  intermediateCertificate as intermediate,
  otherHostIdentity,
  otherRootCertificate as otherRoot,
  renewedIdentity,
  rootCertificate as root,
  selfSignedIdentity,
  serverCertificate,
  serverIdentity,
  serverKey,
} from '@rack-gateway/testing/certificates'
import { describe, expect, onTestFinished, test } from 'vitest'
import { get, never, type RackAtOptions, rackAt } from './testing/peer.ts'
import { type TlsPeer, tlsPeer } from './testing/tls-peer.ts'
import type { Rack } from './types.ts'

/** As openssl prints them for the fixtures' keys, and for one certificate as a whole. */
const rackPin = 'sha256/fOV4FliG2STnU9q39sH27rIcZFhVPb4DFsj9p0TZDkc='
const foreignPin = 'sha256/j+DZEuW//woAFpkIScDlpDqKFWlD6fXO3PyAx1SrkEE='
const selfSignedPin = 'sha256//lcBXt7aZjoLW4xZiu/GMsU8mSMDKoN73p7k0WdMXJE='
const intermediatePin = 'sha256/gNz/jtVmsHKcGNvsGboRpU0orfyUnsCI122/bVG+kqw='
const rackFingerprint = 'sha256/tcPJ7f/ZOIdtXtMIc+KhsoEXMxJUfDkYjdUFoGymsLI='

function rackOf(peer: TlsPeer, trust: RackAtOptions): Rack {
  return rackAt(peer.port, { scheme: 'https', connectTimeout: 4_000, ...trust })
}

/** Both ways to a rack: what holds for one holds for the other. */
describe.each([
  ['a request', async (rack: Rack) => (await (await rack.send(get(), never)).collect(10)).toString()],
  ['a websocket', async (rack: Rack) => ((await rack.upgrade(get(), never)).upgraded ? 'ok' : 'refused')],
])('%s', (_name, call) => {
  async function expectRefusal(peer: TlsPeer, trust: RackAtOptions, code: string, message: string | RegExp) {
    await expect(call(rackOf(peer, trust))).rejects.toMatchObject({
      code,
      statusCode: 502,
      message: expect.stringMatching(message),
    })
    expect(peer.received).toBe('')
  }

  test.each([
    ['the root', root],
    ['one of two, while they change', `${otherRoot}\n${root}`],
    ['the intermediate', intermediate],
  ])('trusts what %s has signed', async (_which, tlsCa) => {
    expect(await call(rackOf(await tlsPeer(), { tlsCa }))).toBe('ok')
  })

  test("trusts an intermediate even where the rack doesn't show it", async () => {
    const alone = { cert: serverCertificate, key: serverKey }
    expect(await call(rackOf(await tlsPeer(alone), { tlsCa: intermediate }))).toBe('ok')
    await expectRefusal(await tlsPeer(alone), { tlsCa: root }, 'RGW_RACK_UNREACHABLE', /not signed by an authority/)
  })

  test.each([
    ['another authority', otherRoot],
    ['no authority of its own', null],
    ['one that is cut off', root.slice(0, 200)],
    ['an empty one', ''],
  ])('goes to no rack of an authority that is not known for it: %s', async (_which, tlsCa) => {
    const message = /^the rack staging can't be reached: its certificate is not signed .*RACK_CA_STAGING/
    await expectRefusal(await tlsPeer(), { tlsCa }, 'RGW_RACK_UNREACHABLE', message)
  })

  test('goes to no rack whose certificate is for another name, pinned or not', async () => {
    const peer = await tlsPeer(otherHostIdentity)
    for (const trust of [{ tlsCa: root }, { tlsCa: root, tlsPins: [foreignPin] }])
      await expectRefusal(peer, trust, 'RGW_RACK_UNREACHABLE', /its certificate is for another host name$/)
  })

  test('checks the name of a host, not only an address', async () => {
    expect(await call(rackOf(await tlsPeer(), { host: 'localhost', tlsCa: root }))).toBe('ok')
    const foreign = await tlsPeer(otherHostIdentity)
    await expectRefusal(foreign, { host: 'localhost', tlsCa: root }, 'RGW_RACK_UNREACHABLE', /another host name$/)
  })

  test('says which host it wants, for an ingress that serves many', async () => {
    const wanted: string[] = []
    const peer = await tlsPeer(serverIdentity, {
      SNICallback(name, done) {
        wanted.push(name)
        done(null)
      },
    })
    for (const host of ['localhost', '127.0.0.1']) expect(await call(rackOf(peer, { host, tlsCa: root }))).toBe('ok')
    expect(wanted).toEqual(['localhost'])
  })

  test('goes to a pinned key, one of several included, and to a renewed certificate with it', async () => {
    const peer = await tlsPeer()
    for (const tlsPins of [[rackPin], [foreignPin, rackPin], [rackPin, foreignPin]])
      expect(await call(rackOf(peer, { tlsCa: root, tlsPins }))).toBe('ok')
    peer.show(renewedIdentity)
    expect(await call(rackOf(peer, { tlsCa: root, tlsPins: [rackPin] }))).toBe('ok')
  })

  test('goes to no other key, says which one it saw, and sends nothing', async () => {
    const message = `the rack staging can't be trusted: the key of its certificate is ${rackPin}, which is not in RACK_TLS_PIN_STAGING (add it there if the rack was given it on purpose; if not, someone else may be answering in its place)`
    const peer = await tlsPeer()
    for (const trust of [{ tlsCa: root }, { tlsInsecure: true }]) {
      const refused = call(rackOf(peer, { ...trust, tlsPins: [foreignPin, selfSignedPin] }))
      await expect(refused).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED', statusCode: 502, message })
    }
    expect(peer.received).toBe('')
  })

  test('is sent to a key that signed itself only where a pin stands for the verification', async () => {
    const peer = await tlsPeer(selfSignedIdentity)
    const tlsPins = [selfSignedPin]
    await expectRefusal(peer, { tlsPins }, 'RGW_RACK_UNREACHABLE', /RACK_TLS_INSECURE_STAGING=true/)
    expect(await call(rackOf(peer, { tlsPins, tlsInsecure: true }))).toBe('ok')
    expect(await call(rackOf(peer, { tlsPins, tlsCa: selfSignedIdentity.cert }))).toBe('ok')
  })

  test('a pin is of the rack itself, not of who signed for it', async () => {
    const trust = { tlsCa: root, tlsPins: [intermediatePin] }
    await expectRefusal(await tlsPeer(), trust, 'RGW_RACK_NOT_PINNED', rackPin.replaceAll(/[+/]/g, '.'))
  })

  test("a pin of the whole certificate is explained, and isn't enough", async () => {
    const message =
      /RACK_TLS_PIN_STAGING holds the SHA-256 of its certificate; it should be that of .* key, sha256\/fOV4/
    await expectRefusal(await tlsPeer(), { tlsCa: root, tlsPins: [rackFingerprint] }, 'RGW_RACK_NOT_PINNED', message)
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('proves the key anew on each connection, over %s', async (version) => {
    const options = { closing: true, minVersion: version, maxVersion: version }
    const peer = await tlsPeer(serverIdentity, options)
    const rack = rackOf(peer, { tlsCa: root, tlsPins: [rackPin] })
    for (let i = 0; i < 4; i++) expect(await call(rack)).toBe('ok')
    expect(peer.resumed).toEqual([false, false, false, false])
    // whoever has the rack's session keys, but not its key
    peer.show(otherHostIdentity)
    await expect(call(rackOf(peer, { tlsInsecure: true, tlsPins: [rackPin] }))).rejects.toThrow('not in RACK_TLS_PIN')
    await expect(call(rack)).rejects.toMatchObject({ statusCode: 502 })
  })

  test('many at a time are all refused', async () => {
    const peer = await tlsPeer()
    const rack = rackOf(peer, { tlsCa: root, tlsPins: [foreignPin] })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => call(rack)))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'RGW_RACK_NOT_PINNED' } })
    expect(peer.received).toBe('')
  })

  test('goes through once the rack shows the pinned key again', async () => {
    const peer = await tlsPeer(otherHostIdentity)
    const rack = rackOf(peer, { tlsInsecure: true, tlsPins: [rackPin] })
    await expect(call(rack)).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED' })
    peer.show(serverIdentity)
    expect(await call(rack)).toBe('ok')
  })

  test('an environment that turns verification off for all of Node turns nothing off', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    onTestFinished(() => void delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
    await expectRefusal(await tlsPeer(), { tlsCa: otherRoot }, 'RGW_RACK_UNREACHABLE', /not signed by an authority/)
  })

  test('speaks no TLS before 1.2, whatever Node is told', async () => {
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' })
    onTestFinished(() => void Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS }))
    const peer = await tlsPeer(serverIdentity, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    await expectRefusal(peer, { tlsCa: root }, 'RGW_RACK_UNREACHABLE', /does not speak TLS 1\.2 or newer$/)
  })
})

test("a connection that stands for one rack isn't used for another with the same address and other keys", async () => {
  const peer = await tlsPeer()
  const first = rackOf(peer, { tlsCa: root, tlsPins: [rackPin] })
  expect((await (await first.send(get(), never)).collect(10)).toString()).toBe('ok')
  const second = rackOf(peer, { tlsCa: root, tlsPins: [foreignPin] })
  await expect(second.send(get(), never)).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED' })
  expect(peer.received.match(/GET /g)).toHaveLength(1)
})

test('authorities or pins that plain http would leave unused are refused at once', () => {
  for (const trust of [{ tlsCa: root }, { tlsCa: '' }, { tlsPins: [rackPin] }])
    expect(() => rackAt(1, trust)).toThrow(
      'the rack staging has authorities or pinned keys, but its address is plain http',
    )
})
