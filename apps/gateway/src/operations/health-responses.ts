import type { Readiness } from '../readiness/readiness-check.ts'

export interface HealthResponse {
  readonly status: number
  readonly type: string
  readonly body: string
}

export type HealthResponses = ReadonlyMap<string, () => Promise<HealthResponse>>

/**
 * The responses by path, for the public port and the port of the metrics. They need no credential, so they disclose no
 * secret and name no storage.
 */
export function createHealthResponses(readiness: () => Promise<readonly Readiness[]>): HealthResponses {
  return new Map([
    ['/check', async () => ({ status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' })],
    ['/gateway/health/live', async () => json(200, { status: 'live' })],
    ['/gateway/health/ready', async () => readyResponse(await readiness())],
  ])
}

function readyResponse(results: readonly Readiness[]): HealthResponse {
  const isReady = results.every(({ ready }) => ready)
  return json(isReady ? 200 : 503, {
    status: isReady ? 'ready' : 'not ready',
    checks: Object.fromEntries(results.map(({ name, ready, detail }) => [name, { ready, detail }])),
  })
}

function json(status: number, value: unknown): HealthResponse {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}
