import { setTimeout as sleep } from 'node:timers/promises'
import { limitKeyOf } from '../../rate-limits/limit-key.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'

/** Not recorded, because the response is only about the request itself. */
export const connectionHandlers: Handlers<'inspectConnection' | 'inspectUpload'> = {
  async inspectConnection(call) {
    const waitedMs = call.query.wait === undefined ? 0 : await waitSilently(call, call.query.wait * 1_000)
    return { ...call.connectionFacts(), waitedMs, unready: await failingChecks(call) }
  },

  async inspectUpload(call) {
    return { ...call.connectionFacts(), waitedMs: 0, unready: await failingChecks(call) }
  },
}

/** Ends early if the caller disconnects or the gateway stops. @returns milliseconds @throws SearchBusy */
async function waitSilently({ server, principal, disconnected }: PrincipalCall, milliseconds: number): Promise<number> {
  const release = server.resourceAccount.readings.silentChecks.acquire(limitKeyOf(principal))
  const started = performance.now()
  try {
    await sleep(milliseconds, undefined, { signal: AbortSignal.any([server.closing, disconnected()]) }).catch(
      () => undefined,
    )
    return Math.round(performance.now() - started)
  } finally {
    release()
  }
}

async function failingChecks({ server }: PrincipalCall): Promise<string[]> {
  return (await server.readiness()).filter(({ ready }) => !ready).map(({ name }) => name)
}
