import { defaultLimits, type Limits, Secret } from '@rack-gateway/config'
import { createGateway, type Tuning } from '@rack-gateway/gateway'
import type { FastifyInstance } from 'fastify'
import pino from 'pino'
import { rackConfig } from '../racks/rack-config.ts'
import { gatewayDefaults } from './gateway-defaults.ts'
import type { System } from './system.ts'

export interface GatewayBefore {
  readonly app: FastifyInstance
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

/** A gateway with the system's database and people, before another rack named `staging`. */
export async function startGatewayBefore(
  { database, secretKey }: System,
  rack: { readonly url: string; readonly token: string },
  limits: Partial<Limits> = {},
  tuning: Tuning = {},
): Promise<GatewayBefore> {
  const app = await createGateway({
    config: {
      ...gatewayDefaults,
      racks: [rackConfig('staging', rack)],
      secretKeys: [new Secret(secretKey)],
      limits: { ...defaultLimits, ...limits },
    },
    databaseUrl: database.runtimeUrl,
    log: pino({ level: 'silent' }),
    tuning,
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, url, port: Number(new URL(url).port), stop: () => app.close() }
}
