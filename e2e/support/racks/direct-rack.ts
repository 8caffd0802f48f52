import type { DemoRack } from '@rack-gateway/demo-rack'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { expect, vi } from 'vitest'

interface RackRelease {
  readonly id: string
  readonly build: string
  readonly env: string
  readonly manifest: string
}

/** An app as only the rack itself knows it, with the real values of secrets. */
export function directApp(rack: DemoRack, app: string) {
  const path = `/apps/${app}`
  const call = async (method: string, target: string, form?: Record<string, string>) => {
    const headers = { authorization: basicAuthorization(rack.token) }
    const body = form === undefined ? null : new URLSearchParams(form)
    const response = await fetch(`${rack.url}${target}`, { method, headers, body })
    expect(response.status, `${method} ${target}`).toBe(200)
    return response.text()
  }
  const read = async (target: string) => JSON.parse(await call('GET', target))
  const create = async (target: string, form: Record<string, string>) => JSON.parse(await call('POST', target, form))
  const release = (id: string): Promise<RackRelease> => read(`${path}/releases/${id}`)
  const state = (): Promise<{ readonly release: string; readonly status: string }> => read(path)
  const running = () => vi.waitFor(async () => expect((await state()).status).toBe('running'), { timeout: 30_000 })
  return {
    state,
    release,
    async releases(): Promise<readonly string[]> {
      return (await read(`${path}/releases`)).map(({ id }: RackRelease) => id)
    },
    async newest(): Promise<RackRelease> {
      return release((await read(`${path}/releases?limit=1`))[0].id)
    },
    build: async (manifest: string, form: Record<string, string> = {}): Promise<string> =>
      (await create(`${path}/builds`, { external: 'true', manifest, description: 'a build', ...form })).id,
    newRelease: async (form: Record<string, string>): Promise<string> => (await create(`${path}/releases`, form)).id,
    /** Also waits for a rollout that is in progress before. */
    async promote(id: string): Promise<void> {
      await running()
      await call('POST', `${path}/releases/${id}/promote`, {})
      await running()
    },
  }
}
