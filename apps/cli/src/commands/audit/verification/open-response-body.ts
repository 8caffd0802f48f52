import type { HttpRequest } from '@rack-gateway/gateway-api'
import { openStream } from '../../../gateway/open-stream.ts'
import type { Context } from '../../../invocation/context.ts'
import { targetOf } from '../../../rack-choice/gateway-target.ts'

/** @throws as `openStream` */
export async function openResponseBody(
  context: Context,
  rack: string | null,
  request: HttpRequest,
): Promise<AsyncIterable<Buffer>> {
  const target = await targetOf(context, rack)
  const { body } = await openStream(target, request, { headers: { accept: '*/*' }, signal: context.interruption() })
  return toBuffers(body ?? [])
}

async function* toBuffers(body: AsyncIterable<Uint8Array> | readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of body) yield Buffer.from(buffer, byteOffset, byteLength)
}
