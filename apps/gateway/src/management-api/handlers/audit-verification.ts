import { noSuchItem } from '@rack-gateway/auth'
import { NotSignedYet } from '../../errors/errors.ts'
import { limitKeyOf } from '../../rate-limits/limit-key.ts'
import type { Handlers } from '../calls/call.ts'
import { revocableStream } from '../streams/revocable-stream.ts'

export const auditVerificationHandlers: Handlers<
  'listAuditKeys' | 'getCheckpointStatus' | 'readAuditLog' | 'proveAuditEvent'
> = {
  async listAuditKeys({ server }) {
    return { keys: await server.verifiableLog.keys() }
  },

  /** Not recorded, because the status contains no data of an event. */
  getCheckpointStatus: ({ server }) => server.checkpointStatus(),

  async readAuditLog(call) {
    // Recorded first, so that the log that is read contains this read.
    await call.record({ kind: 'audit.read', detail: { what: 'the whole log' } })
    return revocableStream(call, {}, async ({ onRead }) => ({
      body: call.server.verifiableLog.read(limitKeyOf(call.principal), onRead),
      mediaType: 'application/x-ndjson',
      fileName: null,
    }))
  },

  async proveAuditEvent({ server, id, principal, record }) {
    const result = await server.verifiableLog.prove(limitKeyOf(principal), id)
    if (result.kind === 'unknown') throw noSuchItem('event')
    if (result.kind === 'unsigned')
      throw new NotSignedYet(
        'No checkpoint has signed this event yet, so nothing proves that a gateway wrote it.',
        'Retry in a minute. If no checkpoint signs it within seven minutes, run: rack-gateway audit verify',
      )
    await record({ kind: 'audit.read', detail: { what: 'a proof', event: id } })
    return result.proof
  },
}
