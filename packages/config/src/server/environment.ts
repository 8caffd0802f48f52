import { nearest } from '@rack-gateway/errors/nearest'
import { ServerEnvironment } from '../schema/server-schema.ts'
import { isRackVariable, rackPrefixes } from '../variables/rack-variables.ts'
import { isSecretVariable } from '../variables/secret-variables.ts'
import { isSinkVariable } from './sinks.ts'

/** Unknown variables with these prefixes are errors. */
const ownPrefixes = [
  'RACK_URL_',
  'RACK_TOKEN_',
  'RACK_CA_',
  'RACK_TLS_',
  'RACK_GATEWAY_',
  'POLICY_',
  'AUDIT_',
  'AUTH_',
  'SESSION_',
  'DEVICE_LOGIN',
  'CLI_MINIMUM',
  'RECORDINGS',
]

/** The CLI's variables, which can be set in the same shell. */
const clientVariables = [
  'RACK_GATEWAY_URL',
  'RACK_GATEWAY_TOKEN',
  'RACK_GATEWAY_TOKEN_STORE',
  'RACK_GATEWAY_CONFIG_DIR',
  'RACK_GATEWAY_ID_TOKEN',
  'RACK_GATEWAY_MFA_CODE',
  'RACK_GATEWAY_WITHIN_CONVOX',
] as const

/** Variables that Kubernetes sets in every pod for each service of its namespace, such as `AUTH_PORT` for `auth`. */
const serviceLink = /_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/

/** One sentence for each unknown variable with one of the gateway's prefixes. */
export function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = [...Object.keys(ServerEnvironment.properties), ...clientVariables]
  const unknown = Object.keys(env).filter(
    (name) =>
      ownPrefixes.some((prefix) => name.startsWith(prefix)) &&
      !isRackVariable(name) &&
      !isSinkVariable(name) &&
      !known.includes(name) &&
      !serviceLink.test(name),
  )
  const racks = Object.keys(env).filter((name) => name.startsWith('RACK_URL_'))
  const suffixes = racks.map((name) => name.slice('RACK_URL_'.length))
  const candidates = [...known, ...rackPrefixes.flatMap((prefix) => suffixes.map((suffix) => `${prefix}${suffix}`))]
  return unknown.map((name) => {
    const near = nearest(name, candidates)
    return `${name} is not a variable of the gateway; ${near === null ? 'remove it' : `did you mean ${near}?`}`
  })
}

/** Removed variables are errors, because ignoring them would silently weaken the policy. */
const replacements: Readonly<Record<string, string>> = {
  TOKEN_MAX_AGE: 'write it as tokens.maxAge into the policy document that POLICY_FILE names',
}

/** One sentence for each removed variable that is still set. */
export function removedVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(replacements).flatMap(([name, instead]) =>
    env[name] === undefined ? [] : [`${name} is no longer a variable of the gateway; ${instead}`],
  )
}

/**
 * A rack sets `RACK_URL` for each of its apps, and the value contains the rack's password. Call this function first,
 * with `process.env`, so that the password reaches no child process and no crash report.
 */
export function sanitizeEnvironment(env: NodeJS.ProcessEnv): void {
  delete env.RACK_URL
}

/**
 * Call this function after the configuration was read, so that child processes such as the embedded PostgreSQL get no
 * secrets.
 */
export function forgetSecrets(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (isSecretVariable(name) || isSinkVariable(name)) delete env[name]
  }
}
