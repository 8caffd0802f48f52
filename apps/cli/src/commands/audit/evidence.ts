import type { Context } from '../../context.ts'
import { GatewayUnreachable, NotSigned, TokenRefused, Usage } from '../../errors.ts'
import { failure, sentenceOf } from '../../gateway-client.ts'
import { bodyOf, headersWith, parsed } from '../../gateway-request.ts'
import { findLastingTarget } from '../../lasting-target.ts'
import { printable } from '../../terminal.ts'

/** Asks the gateway for what proves its log: as it comes, however long it is. @throws TokenRefused, Usage, NotSigned, GatewayUnreachable */
export async function openEvidence(
  context: Context,
  rack: string | null,
  path: string,
): Promise<AsyncIterable<Buffer>> {
  const { origin, token } = await findLastingTarget(context, rack)
  const answer = await fetch(`${origin}/gateway/api/v1${path}`, {
    headers: { ...headersWith(token), accept: '*/*' },
    redirect: 'manual',
    signal: context.interruption(),
  }).catch((error: unknown) => {
    throw new GatewayUnreachable(
      `${origin} could not be asked: ${printable(failure(error))}; check the address and the network`,
    )
  })
  if (answer.status === 200 && answer.body !== null) return buffersOf(answer.body)
  const said = printable(
    sentenceOf(parsed((await bodyOf(answer)) ?? '')) ??
      `it answered with status ${answer.status}, and not as a Rack Gateway does`,
  )
  if (answer.status === 401) throw new TokenRefused(`${origin} refused the token: ${said}`)
  if (answer.status === 409) throw new NotSigned(said)
  if (answer.status >= 400 && answer.status < 500) throw new Usage(said)
  throw new GatewayUnreachable(`${origin} could not give it: ${said}`)
}

async function* buffersOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of body) yield Buffer.from(buffer, byteOffset, byteLength)
}
