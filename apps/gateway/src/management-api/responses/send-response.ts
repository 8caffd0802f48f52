import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { CallEnd } from '../../http/call-end.ts'
import { sentCost } from '../../resource-account/costs.ts'
import { payerOf } from '../../resource-account/plugin.ts'
import { runInTurns } from '../../resource-account/turns.ts'
import { serializerFor } from '../validation/serialization.ts'
import { isLongList, serializeInSteps } from './serialize-in-steps.ts'

/** Bytes. Memory is reserved for a larger response until its caller has received it. */
const smallResponse = 64 * 1024
/** Milliseconds after which a caller that reads nothing of a large response is disconnected. */
const readTimeout = 60_000

/**
 * Serializes the response as its schema says. A long list is serialized in turns with other work.
 *
 * @throws TooManyCalls if too many large responses are in memory
 */
export async function sendResponse(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  { schema, response }: { readonly schema: TSchema; readonly response: unknown },
): Promise<Buffer> {
  const payer = payerOf(request)
  const serialized = isLongList(schema, response)
    ? await runInTurns(serializeInSteps(reply, schema, response as object), app.turns, (milliseconds, parts) =>
        app.costs.chargeMeasured(payer, 'serialize', kibibytes(parts), milliseconds),
      )
    : [serializerFor(reply, schema)(response as Record<string, unknown>)]
  const body = Buffer.from(serialized.join(''))
  app.costs.charge(payer, (body.length / 1_024) * sentCost)
  if (body.length > smallResponse) await reserve(app, request, reply, body.length)
  void reply.type('application/json; charset=utf-8')
  return body
}

async function reserve(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  amount: number,
): Promise<void> {
  const { responses } = app.resourceAccount
  const payer = payerOf(request)
  const end = new CallEnd(request.raw, reply.raw)
  end.onEnd(responses.take(payer, amount) ?? (await responses.wait({ payer, rack: null, signal: end }, amount)))
  reply.raw.setTimeout(readTimeout, () => reply.raw.destroy())
}

function kibibytes(parts: readonly string[]): number {
  return Math.max(1, parts.reduce((sum, { length }) => sum + length, 0) / 1_024)
}
