import { nearest } from '@rack-gateway/errors/nearest'
import { Value } from 'typebox/value'
import { readCertificateFile } from '../certificates/certificate-files.ts'
import { certificatesIn } from '../certificates/rack-certificates.ts'
import { splitPins } from '../certificates/rack-pins.ts'
import { RackEnvironment } from '../schema/server-schema.ts'
import { Secret } from '../values/secret.ts'
import { collectNamed, type NamedVariables, variableOf } from '../variables/named-variables.ts'
import { problemsOf } from '../variables/problems.ts'
import { isRackVariable, rackKind, rackPrefixes } from '../variables/rack-variables.ts'

export interface RackConfig {
  readonly name: string
  readonly url: URL
  readonly token: Secret
  readonly tlsInsecure: boolean
  /** The only authorities to trust for this rack, in PEM form, or null for Node's default. */
  readonly tlsCa: string | null
  /** Null: the mode of all racks applies. */
  readonly policyMode: 'enforce' | 'observe' | null
  /** `sha256/<base64>` of the allowed public keys. Empty allows any key with a valid certificate. */
  readonly tlsPins: readonly string[]
}

const certificate = { kind: rackKind, schema: RackEnvironment, property: 'RACK_CA' }

/** Sorted by name. `RACK_URL_US_EAST` belongs to the rack `us-east`. Adds every problem to `problems`. */
export function readRacks(env: NodeJS.ProcessEnv, problems: string[]): RackConfig[] {
  const found = collectNamed(rackKind, env, problems)
  for (const rack of found.values()) readCertificateFile(certificate, rack, problems)
  const racks: RackConfig[] = []
  for (const [name, rack] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { values } = rack
    const variable = (property: string) => variableOf(rackKind, rack, property)
    problems.push(...contradictions(rack))
    if (Value.Check(RackEnvironment, values)) racks.push(rackConfig(name, values))
    else
      problems.push(
        ...problemsOf(RackEnvironment, values, {
          variable,
          missing: (property) => hint(variable(property), env, found),
        }),
      )
  }
  if (found.size === 0)
    problems.push(
      'no rack is configured; set RACK_URL_<NAME> and RACK_TOKEN_<NAME>, such as RACK_URL_STAGING=https://api.staging.convox.cloud and RACK_TOKEN_STAGING',
    )
  return racks
}

function rackConfig(name: string, values: RackEnvironment): RackConfig {
  return Object.freeze({
    name,
    url: new URL(values.RACK_URL),
    token: new Secret(values.RACK_TOKEN),
    tlsInsecure: values.RACK_TLS_INSECURE === 'true',
    tlsCa: values.RACK_CA === undefined ? null : certificatesIn(values.RACK_CA),
    policyMode: values.POLICY_MODE ?? null,
    tlsPins: Object.freeze(values.RACK_TLS_PIN === undefined ? [] : splitPins(values.RACK_TLS_PIN)),
  })
}

/** The problems of protective settings that would have no effect. */
function contradictions(rack: NamedVariables): string[] {
  const { RACK_URL: url = '', RACK_TLS_INSECURE: insecure } = rack.values
  const problems: string[] = []
  for (const property of ['RACK_CA', 'RACK_TLS_PIN']) {
    if (rack.variables[property] === undefined || !/^http:/i.test(url)) continue
    problems.push(
      `${rack.variables[property]} is set although ${variableOf(rackKind, rack, 'RACK_URL')} is plain http, where there is no certificate; use https, or remove it`,
    )
  }
  if (rack.variables.RACK_CA !== undefined && insecure === 'true')
    problems.push(
      `${rack.variables.RACK_CA} is set although ${variableOf(rackKind, rack, 'RACK_TLS_INSECURE')} accepts every authority; remove one of them`,
    )
  return problems
}

/** Suggests a similar variable that belongs to no complete rack, as a possible misspelling. */
function hint(wanted: string, env: NodeJS.ProcessEnv, found: ReadonlyMap<string, NamedVariables>): string {
  const complete = [...found.values()].filter(({ values }) => Value.Check(RackEnvironment, values))
  const usedVariables = new Set(complete.flatMap(({ variables }) => Object.values(variables)))
  const sameKind = rackPrefixes.find((prefix) => wanted.startsWith(prefix))
  const candidates = Object.keys(env).filter(
    (name) =>
      !usedVariables.has(name) &&
      name !== 'RACK_URL' &&
      (!isRackVariable(name) || (sameKind !== undefined && name.startsWith(sameKind))),
  )
  const near = nearest(wanted, candidates)
  return near === null ? '' : ` (is ${near} a misspelling of it?)`
}
