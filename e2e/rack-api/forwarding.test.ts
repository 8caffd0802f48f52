import { describe, expect, onTestFinished, test } from 'vitest'
import { type System, type SystemOptions, startSystem } from '../support/gateway/system.ts'

async function start(options: SystemOptions = {}): Promise<{ system: System; warnings: () => object[] }> {
  const lines: string[] = []
  const system = await startSystem({ ...options, log: (line) => lines.push(line) })
  onTestFinished(() => system.stop())
  const warnings = () => lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'proxy.not_trusted')
  return { system, warnings }
}

const ask = (system: System, target: string, more = '') =>
  system.raw(`GET ${target} HTTP/1.1\r\nHost: gateway\r\n${more}\r\n`)
const forwarded = 'X-Forwarded-For: 203.0.113.7\r\n'
const proxies = async (system: System) => JSON.parse((await ask(system, '/gateway/health/ready')).body).checks.proxies

describe('X-Forwarded-For', () => {
  test('from an untrusted peer causes one warning per start, also in readiness, which stays ready', async () => {
    const { system, warnings } = await start()
    await ask(system, '/apps', forwarded)
    await ask(system, '/check', forwarded)
    expect(warnings()).toMatchObject([{ peer: '127.0.0.1', msg: expect.stringContaining('TRUSTED_PROXIES') }])
    expect(await proxies(system)).toEqual({ ready: true, detail: expect.stringContaining('TRUSTED_PROXIES') })
  })

  test('from a peer other than the trusted ones causes a warning, too', async () => {
    const { system, warnings } = await start({ trustedProxies: ['192.0.2.1'] })
    await ask(system, '/apps', forwarded)
    expect(warnings()).toHaveLength(1)
  })

  test('causes no warning from a trusted proxy, and neither does a call without it', async () => {
    const { system, warnings } = await start({ trustedProxies: ['127.0.0.1'] })
    await ask(system, '/apps', forwarded)
    await ask(system, '/apps')
    expect(warnings()).toEqual([])
    expect(await proxies(system)).toEqual({ ready: true, detail: 'no X-Forwarded-For was ignored' })
  })
})
