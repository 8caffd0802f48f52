import { readTarget } from '@rack-gateway/convox-api'
import { cases, type FidelityCase } from './cases.ts'
import { forwarders } from './forwarders.ts'
import { startUpstream } from './upstream.ts'
import { judge, type Verdict } from './verdict.ts'

export type ForwarderName = keyof typeof forwarders

export interface FidelityRow {
  readonly one: FidelityCase
  /** Whether the gateway's canonical target lets it come to a forwarder at all. */
  readonly admitted: boolean
  readonly verdicts: Readonly<Record<ForwarderName, Verdict>>
}

/** Every case through every forwarder, one after the other. */
export async function fidelity(): Promise<FidelityRow[]> {
  const http = await through('@fastify/http-proxy')
  const from = await through('reply.from(target)')
  const send = await through('rack.send')
  return cases.map((one, index) => ({
    one,
    admitted: !('rule' in readTarget(one.target)),
    verdicts: {
      '@fastify/http-proxy': at(http, index),
      'reply.from(target)': at(from, index),
      'rack.send': at(send, index),
    },
  }))
}

async function through(name: ForwarderName): Promise<Verdict[]> {
  const upstream = await startUpstream()
  const forwarder = await forwarders[name](upstream.url)
  try {
    const verdicts: Verdict[] = []
    for (const one of cases) verdicts.push(await judge(one, forwarder, upstream))
    return verdicts
  } finally {
    await forwarder.close()
    await upstream.close()
  }
}

function at(verdicts: readonly Verdict[], index: number): Verdict {
  const verdict = verdicts[index]
  if (!verdict) throw new Error(`case ${index} has no verdict`)
  return verdict
}
