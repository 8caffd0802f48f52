import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, read, send, startRack, upload } from './testing/client.ts'

const { cert: pub, key } = selfSignedIdentity

describe('certificates', () => {
  test('an uploaded certificate is listed with its expiry', async () => {
    const rack = await startRack()
    const created = JSON.parse((await send(rack, 'POST /certificates', { pub, key })).body)
    expect(created.id).toMatch(/^cert-[a-z0-9]{10}$/)
    expect(created.domain).toBe(created.domains[0] ?? '')
    expect(Date.parse(created.expiration)).toBeGreaterThan(0)
    expect(await read(rack, '/certificates')).toContainEqual(created)
    expect(await read(rack, '/certificates?generated=true')).toEqual([])
  })

  test.each([
    [{ pub: 'nonsense', key }, 'the certificate is not in PEM\n'],
    [{ pub, key: 'nonsense' }, 'the private key is not in PEM\n'],
    [{ key }, 'the certificate is not in PEM\n'],
  ])('%# is refused', async (form, body) => {
    expect(await send(await startRack(), 'POST /certificates', form)).toMatchObject({ status: 400, body })
  })

  test('a generated certificate has its domains, and can be renewed and deleted', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const form = { domains: 'a.example.test,b.example.test', issuer: 'letsencrypt' }
    const { id, domains, expiration } = JSON.parse((await send(rack, 'POST /certificates/generate', form)).body)
    expect(domains).toEqual(['a.example.test', 'b.example.test'])
    expect(await read(rack, '/certificates?generated=true')).toHaveLength(1)
    await clock.advance(1000)
    await ask(rack, `POST /certificates/${id}/renew`)
    const [renewed] = await read(rack, '/certificates?generated=true')
    expect(Date.parse(renewed.expiration)).toBe(Date.parse(expiration) + 1000)
    expect((await ask(rack, `DELETE /certificates/${id}`)).body).toBe('ok\n')
    expect(await ask(rack, `DELETE /certificates/${id}`)).toMatchObject({
      status: 404,
      body: `certificate not found: ${id}\n`,
    })
  })

  test('the response omits the location of the key and the origin', async () => {
    const rack = await startRack()
    const { body } = await send(rack, 'POST /certificates', { pub, key })
    expect(Object.keys(JSON.parse(body))).toEqual(['id', 'domain', 'domains', 'expiration', 'status'])
    expect((await send(rack, 'POST /certificates/generate', { domains: ',' })).status).toBe(400)
  })
})

describe('ssl', () => {
  test('a port gets another certificate', async () => {
    const rack = await startRack()
    const { id } = JSON.parse((await send(rack, 'POST /certificates/generate', { domains: 'a.test' })).body)
    expect((await send(rack, 'PUT /apps/myapp/ssl/web/443', { id })).body).toBe('ok\n')
    const services = await read(rack, '/apps/myapp/services')
    expect(services.find(({ name }: { name: string }) => name === 'web').ports).toEqual([
      { balancer: 443, certificate: id, container: 3000 },
    ])
    const [, web] = await read(rack, '/apps/otherapp/services')
    expect(web.ports[0].certificate).toBe('cert-1')
  })

  test.each([
    ['web/80', 'cert-1', 'port not found: web:80\n'],
    ['worker/443', 'cert-1', 'port not found: worker:443\n'],
    ['web/443', 'nosuch', 'certificate not found: nosuch\n'],
  ])('%s with %s is not found', async (place, id, body) => {
    expect(await send(await startRack(), `PUT /apps/myapp/ssl/${place}`, { id })).toMatchObject({ status: 404, body })
  })
})

describe("the Let's Encrypt configuration", () => {
  test('is stored and returned as JSON', async () => {
    const rack = await startRack()
    const solvers = [{ id: 1, 'dns-zones': ['example.test'], route53: { role: 'arn:aws:iam::1:role/dns' } }]
    const sent = JSON.stringify({ role: 'arn:x', solvers })
    expect((await upload(rack, 'PUT /letsencrypt/config', sent)).body).toBe('ok\n')
    expect(await read(rack, '/letsencrypt/config')).toEqual({ role: 'arn:x', solvers })
  })

  test.each(['', 'null', '[]', '{}', '{"solvers":1}', '{'])('%j is refused and changes nothing', async (body) => {
    const rack = await startRack()
    expect((await upload(rack, 'PUT /letsencrypt/config', body)).status).toBe(400)
    expect(await read(rack, '/letsencrypt/config')).toEqual({ role: '', solvers: [] })
  })
})
