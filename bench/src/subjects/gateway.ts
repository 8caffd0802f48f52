/** The gateway as `pnpm start` runs it, its configuration from the environment. */
import { forgetSecrets, readServerConfig } from '@rack-gateway/config'
import { createLog, startGateway } from '@rack-gateway/gateway'
import { announce } from './announce.ts'

const config = readServerConfig(process.env)
forgetSecrets(process.env)
const gateway = await startGateway(config, createLog(config.logLevel))
announce({ url: gateway.url, close: () => gateway.stop() })
