import type { Context } from '../../context.ts'
import { findLastingTarget } from '../../lasting-target.ts'
import { rackUrlTarget } from '../../rack-url-target.ts'
import { askAudit } from './audit-api.ts'

/** Asks the gateway for what proves its log: as it comes, however long it is. @throws as `askAudit` */
export async function openEvidence(
  context: Context,
  rack: string | null,
  path: string,
): Promise<AsyncIterable<Buffer>> {
  const target = rackUrlTarget(context.env.RACK_URL) ?? (await findLastingTarget(context, rack))
  const { body } = await askAudit(target, path, { headers: { accept: '*/*' }, signal: context.interruption() })
  return buffersOf(body ?? [])
}

async function* buffersOf(body: AsyncIterable<Uint8Array> | readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of body) yield Buffer.from(buffer, byteOffset, byteLength)
}
