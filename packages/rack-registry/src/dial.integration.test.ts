import { X509Certificate } from 'node:crypto'
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
import { get, neverAborted, type RackAtOptions, rackAt } from './testing/peer.ts'
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

/** The two kinds of connections to a rack. */
describe.each([
  ['a request', async (rack: Rack) => (await (await rack.send(get(), neverAborted)).collect(10)).toString()],
  ['a websocket', async (rack: Rack) => ((await rack.upgrade(get(), neverAborted)).upgraded ? 'ok' : 'refused')],
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
  ])('trusts a certificate that is signed by %s', async (_which, tlsCa) => {
    expect(await call(rackOf(await tlsPeer(), { tlsCa }))).toBe('ok')
  })

  test('trusts an intermediate authority even if the rack does not send it', async () => {
    const alone = { cert: serverCertificate, key: serverKey }
    expect(await call(rackOf(await tlsPeer(alone), { tlsCa: intermediate }))).toBe('ok')
    await expectRefusal(
      await tlsPeer(alone),
      { tlsCa: root },
      'RGW_RACK_UNREACHABLE',
      /not signed by a trusted authority/,
    )
  })

  test.each([
    ['another authority', otherRoot],
    ['no authority of its own', null],
    ['one that is cut off', root.slice(0, 200)],
    ['an empty one', ''],
  ])('rejects a certificate of another authority: %s', async (_which, tlsCa) => {
    const message = /^The rack staging cannot be reached: its certificate is not signed .*RACK_CA_STAGING/
    await expectRefusal(await tlsPeer(), { tlsCa }, 'RGW_RACK_UNREACHABLE', message)
  })

  test('rejects a certificate for another name, also with a pinned key', async () => {
    const peer = await tlsPeer(otherHostIdentity)
    for (const trust of [{ tlsCa: root }, { tlsCa: root, tlsPins: [foreignPin] }])
      await expectRefusal(peer, trust, 'RGW_RACK_UNREACHABLE', /its certificate is for another host name\.$/)
  })

  test('checks a host name as well as an address', async () => {
    expect(await call(rackOf(await tlsPeer(), { host: 'localhost', tlsCa: root }))).toBe('ok')
    const foreign = await tlsPeer(otherHostIdentity)
    await expectRefusal(foreign, { host: 'localhost', tlsCa: root }, 'RGW_RACK_UNREACHABLE', /another host name\.$/)
  })

  test('sends the server name for an ingress with several hosts', async () => {
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

  test('accepts one of several pinned keys, also in a renewed certificate', async () => {
    const peer = await tlsPeer()
    for (const tlsPins of [[rackPin], [foreignPin, rackPin], [rackPin, foreignPin]])
      expect(await call(rackOf(peer, { tlsCa: root, tlsPins }))).toBe('ok')
    peer.setIdentity(renewedIdentity)
    expect(await call(rackOf(peer, { tlsCa: root, tlsPins: [rackPin] }))).toBe('ok')
  })

  test('rejects another key, names it in the error, and sends no data', async () => {
    const message = `The rack staging cannot be trusted: the key of its certificate is ${rackPin}, which is not in RACK_TLS_PIN_STAGING (add the key if you gave it to the rack; otherwise another server may be answering).`
    const peer = await tlsPeer()
    for (const trust of [{ tlsCa: root }, { tlsInsecure: true }]) {
      const refused = call(rackOf(peer, { ...trust, tlsPins: [foreignPin, selfSignedPin] }))
      await expect(refused).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED', statusCode: 502, message })
    }
    expect(peer.received).toBe('')
  })

  test('accepts a self-signed certificate only with a pin instead of verification', async () => {
    const peer = await tlsPeer(selfSignedIdentity)
    const tlsPins = [selfSignedPin]
    await expectRefusal(peer, { tlsPins }, 'RGW_RACK_UNREACHABLE', /RACK_TLS_INSECURE_STAGING=true/)
    expect(await call(rackOf(peer, { tlsPins, tlsInsecure: true }))).toBe('ok')
    expect(await call(rackOf(peer, { tlsPins, tlsCa: selfSignedIdentity.cert }))).toBe('ok')
  })

  test("a pin must match the rack's key, not an authority's key", async () => {
    const trust = { tlsCa: root, tlsPins: [intermediatePin] }
    await expectRefusal(await tlsPeer(), trust, 'RGW_RACK_NOT_PINNED', rackPin.replaceAll(/[+/]/g, '.'))
  })

  test('a pin of the certificate instead of its key is rejected with an explanation', async () => {
    const message =
      /RACK_TLS_PIN_STAGING is the SHA-256 of its certificate, but must be the SHA-256 of .* key, sha256\/fOV4/
    await expectRefusal(await tlsPeer(), { tlsCa: root, tlsPins: [rackFingerprint] }, 'RGW_RACK_NOT_PINNED', message)
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('verifies the key on each connection, over %s', async (version) => {
    const options = { closing: true, minVersion: version, maxVersion: version }
    const peer = await tlsPeer(serverIdentity, options)
    const rack = rackOf(peer, { tlsCa: root, tlsPins: [rackPin] })
    for (let i = 0; i < 4; i++) expect(await call(rack)).toBe('ok')
    expect(peer.resumed).toEqual([false, false, false, false])
    // A server that has the rack's session keys, but not its private key.
    peer.setIdentity(otherHostIdentity)
    await expect(call(rackOf(peer, { tlsInsecure: true, tlsPins: [rackPin] }))).rejects.toThrow('not in RACK_TLS_PIN')
    await expect(call(rack)).rejects.toMatchObject({ statusCode: 502 })
  })

  test('many concurrent connections are all rejected', async () => {
    const peer = await tlsPeer()
    const rack = rackOf(peer, { tlsCa: root, tlsPins: [foreignPin] })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => call(rack)))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'RGW_RACK_NOT_PINNED' } })
    expect(peer.received).toBe('')
  })

  test('succeeds when the rack has the pinned key again', async () => {
    const peer = await tlsPeer(otherHostIdentity)
    const rack = rackOf(peer, { tlsInsecure: true, tlsPins: [rackPin] })
    await expect(call(rack)).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED' })
    peer.setIdentity(serverIdentity)
    expect(await call(rack)).toBe('ok')
  })

  test.each([
    ['an authority', serverIdentity, { tlsCa: root }],
    ['a pinned key', selfSignedIdentity, { tlsInsecure: true, tlsPins: [selfSignedPin] }],
    ['no verification', selfSignedIdentity, { tlsInsecure: true }],
  ])('the expiry of the certificate is known after a connection, with %s', async (_which, identity, trust) => {
    const rack = rackOf(await tlsPeer(identity), trust)
    expect(rack.certificateExpiry()).toBeNull()
    expect(await call(rack)).toBe('ok')
    expect(rack.certificateExpiry()).toEqual(new Date(new X509Certificate(identity.cert).validTo))
    expect(rack.certificateExpiry()?.getUTCFullYear()).toBe(2120)
  })

  test('a server that is not the rack does not change the expiry', async () => {
    const rack = rackOf(await tlsPeer(), { tlsCa: root, tlsPins: [foreignPin] })
    await expect(call(rack)).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED' })
    expect(rack.certificateExpiry()).toBeNull()
  })

  test('NODE_TLS_REJECT_UNAUTHORIZED has no effect', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    onTestFinished(() => void delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
    await expectRefusal(
      await tlsPeer(),
      { tlsCa: otherRoot },
      'RGW_RACK_UNREACHABLE',
      /not signed by a trusted authority/,
    )
  })

  test('rejects TLS before 1.2, also if Node allows it', async () => {
    const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls
    Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' })
    onTestFinished(() => void Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS }))
    const peer = await tlsPeer(serverIdentity, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })
    await expectRefusal(peer, { tlsCa: root }, 'RGW_RACK_UNREACHABLE', /does not speak TLS 1\.2 or newer\.$/)
  })
})

test('a connection of one rack is not used for another rack with the same address and other keys', async () => {
  const peer = await tlsPeer()
  const first = rackOf(peer, { tlsCa: root, tlsPins: [rackPin] })
  expect((await (await first.send(get(), neverAborted)).collect(10)).toString()).toBe('ok')
  const second = rackOf(peer, { tlsCa: root, tlsPins: [foreignPin] })
  await expect(second.send(get(), neverAborted)).rejects.toMatchObject({ code: 'RGW_RACK_NOT_PINNED' })
  expect(peer.received.match(/GET /g)).toHaveLength(1)
})

test('authorities or pins with a plain http URL are rejected at once', () => {
  for (const trust of [{ tlsCa: root }, { tlsCa: '' }, { tlsPins: [rackPin] }])
    expect(() => rackAt(1, trust)).toThrow(
      'The rack staging has authorities or pinned keys, but its URL is plain http.',
    )
})
