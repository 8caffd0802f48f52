import { readFile } from 'node:fs/promises'
import { type ProofVerification, verifyProof } from '@rack-gateway/audit/verify'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { AuditUnreadable } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { parseJson } from '../../gateway/gateway-request.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../terminal/terminal.ts'
import { jsonOption } from '../options/shared-options.ts'
import { proofSentences } from './verification/proof-sentences.ts'
import { keyOption, pinnedKey } from './verification/verification-options.ts'

export const command = 'verify-proof <file>'
export const describe = 'Verify a proof from its file alone, without the gateway.'
export const details = 'Exits with 0 if the proof is valid, and with 3 if it is not.'
export const examples = ["rack-gateway audit verify-proof proof.json --key 'rack-gateway/audit+1a2b3c4d+AbCd…'"]
export const builder = {
  file: { type: 'string', demandOption: true, complete: 'file', describe: 'A file that audit prove wrote' },
  key: keyOption,
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler({ context, json, file, key }: Arguments<typeof builder>): Promise<number> {
  const pinned = pinnedKey(key ?? null)
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new AuditUnreadable(
      `The proof could not be read: ${printable(error.message)}.`,
      'Check the file, or get the proof again: rack-gateway audit prove ID',
    )
  })
  const verification = await verifyProof(parseJson(text), pinned)
  if (json) context.print(safeJson(toJson(verification), 2))
  else if (verification.isValid) for (const line of proofSentences(verification)) context.print(printable(line))
  else context.print(printable(`The proof is not valid: ${verification.because}`))
  return verification.isValid ? exitCodes.ok : exitCodes.checkFailed
}

function toJson(verification: ProofVerification): object {
  if (!verification.isValid) return { holds: false, because: verification.because }
  const { event, checkpoint, size, trust } = verification
  return { holds: true, event, checkpoint: checkpoint.number, at: checkpoint.at, size, key: checkpoint.key.text, trust }
}
