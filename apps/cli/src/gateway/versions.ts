import { readResponse, requestFor } from '@rack-gateway/gateway-api'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { printable } from '../output/terminal.ts'
import type { Target } from '../target/target.ts'
import { version } from '../version.ts'
import { errorIn } from './gateway-refusal.ts'
import { type GatewayAnswer, type NoAnswer, tryGateway } from './gateway-request.ts'
import { isOlder } from './older-version.ts'

const RackSystem = Type.Object({ name: Type.String(), version: Type.String({ minLength: 1 }) })

/** Which version each part is, as far as it could be asked. */
export interface Versions {
  readonly cli: string
  /** Of the CLI: the oldest one that the gateway still wants, and the one that was made together with it. */
  readonly asked: { readonly minimum: string | null; readonly newest: string } | null
  readonly upgrade: 'needed' | 'advised' | 'none' | 'unknown'
  readonly gateway: { readonly address: string; readonly version: string } | null
  readonly rack: { readonly name: string; readonly version: string } | null
  /** What could not be asked, and why: a sentence each. */
  readonly unknown: readonly string[]
}

const deadline = 4_500

/** Asks the gateway and the rack behind it, both at once. */
export async function askVersions({
  origin,
  rack,
  token,
  trust,
}: Pick<Target, 'origin' | 'rack' | 'token' | 'trust'>): Promise<Versions> {
  const place = rack === null ? '/system' : `/rack/${encodeURIComponent(rack)}/system`
  const [ofGateway, ofRack] = await Promise.all([
    tryGateway(origin, { ...requestFor('versions', {}), token, trust, deadline }),
    tryGateway(origin, { path: place, token, trust, deadline }),
  ])
  const system = answered(ofRack)
  const gateway = readResponse('versions', answered(ofGateway))
  const itself = Value.Check(RackSystem, system) ? system : null
  const cli = version()
  return {
    cli,
    asked: gateway?.cli ?? null,
    upgrade: upgradeOf(cli, gateway?.cli ?? null),
    gateway: gateway && { address: origin, version: gateway.gateway },
    rack: itself && { name: rack ?? itself.name, version: itself.version },
    unknown: [
      ...(gateway ? [] : [`the gateway's version is not known: ${origin} ${reasonOf(ofGateway)}`]),
      ...(itself ? [] : [`the rack's version is not known: ${origin} ${reasonOf(ofRack)}`]),
    ],
  }
}

/** What is known where nobody can be asked. */
export function ownVersionAlone(because: string): Versions {
  return {
    cli: version(),
    asked: null,
    upgrade: 'unknown',
    gateway: null,
    rack: null,
    unknown: [`the gateway and the rack were not asked: ${because}`],
  }
}

/** What to do about the CLI's version; null where it is right, or nobody said. */
export function upgradeAdvice({ cli, upgrade, asked }: Versions): string | null {
  if (upgrade === 'needed')
    return `this is rack-gateway ${cli}, and the gateway asks for ${printable(asked?.minimum ?? '')} or newer: get it from where you got this one`
  if (upgrade === 'advised')
    return `this is rack-gateway ${cli}, and with the gateway came ${printable(asked?.newest ?? '')}: get it from where you got this one`
  return null
}

function upgradeOf(cli: string, asked: Versions['asked']): Versions['upgrade'] {
  if (asked === null) return 'unknown'
  if (asked.minimum !== null && isOlder(cli, asked.minimum)) return 'needed'
  return isOlder(cli, asked.newest) ? 'advised' : 'none'
}

function answered(answer: GatewayAnswer | NoAnswer): unknown {
  return answer.kind === 'answered' && answer.status === 200 ? answer.value : undefined
}

function reasonOf(answer: GatewayAnswer | NoAnswer): string {
  if (answer.kind === 'unanswered') return `could not be asked: ${printable(answer.reason)}`
  if (answer.status === 401) return 'refused the token'
  if (answer.status === 403) return 'does not permit to ask (403)'
  if (answer.status === 200) return 'did not answer as a Rack Gateway does'
  const sentence = errorIn(answer.value)?.sentence
  return `answered with status ${answer.status}${sentence === undefined ? '' : `: ${sentence}`}`
}
