import { NotFound } from '@rack-gateway/auth'
import { NotSignedYet } from '../../errors.ts'
import type { Handlers } from '../call.ts'
import { watchedAnswer } from '../revocable-stream.ts'

export const auditEvidenceHandlers: Handlers<'listAuditKeys' | 'readAuditLog' | 'proveAuditEvent'> = {
  async listAuditKeys({ auditEvidence }) {
    return { keys: await auditEvidence.keys() }
  },

  async readAuditLog(call) {
    // Recorded first: it is then among what is read.
    await call.record({ kind: 'audit.read', detail: { what: 'the whole log' } })
    return watchedAnswer(call, {}, async ({ taken }) => ({
      body: call.auditEvidence.read(taken),
      mediaType: 'application/x-ndjson',
      fileName: null,
    }))
  },

  async proveAuditEvent({ auditEvidence, id, record }) {
    const result = await auditEvidence.prove(id)
    if (result.kind === 'unknown') throw new NotFound('such event')
    if (result.kind === 'unsigned')
      throw new NotSignedYet('No checkpoint has signed this event yet:', 'ask again in a minute')
    await record({ kind: 'audit.read', detail: { what: 'a proof', event: id } })
    return result.proof
  },
}
