import { resolve } from 'node:path'
import type { ClientConfig } from '@rack-gateway/config/client'
import { Usage } from '../errors/errors.ts'
import { expectedCaFile, readAuthorities } from '../gateway/tls/configured-authorities.ts'
import { type GatewayTrust, loginArgumentsOf, trustAt } from '../gateway/tls/gateway-trust.ts'
import type { Context } from '../invocation/context.ts'
import type { LoginOptions } from './login-credential.ts'

/** @throws Usage for an unusable `--ca` */
export function loginTrust(
  context: Context,
  config: ClientConfig,
  { options, origin }: { readonly options: LoginOptions; readonly origin: string },
): GatewayTrust {
  const { name, ca } = options
  if (ca === undefined) return trustAt(context, config, { origin, name })
  if (!origin.startsWith('https:'))
    throw new Usage(
      `--ca is for https://, and ${origin} has no certificate.`,
      'Use an address with https://, or leave --ca out.',
    )
  const path = resolve(context.cwd, ca)
  const read = readAuthorities(path)
  if ('problem' in read) throw new Usage(`--ca ${read.problem}.`, `Pass ${expectedCaFile}.`)
  return { name, ca: path, configPath: context.configPath, loginArguments: loginArgumentsOf(config, { origin, name }) }
}
