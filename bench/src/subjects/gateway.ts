/** The gateway as started by `pnpm start`, configured with environment variables. */
import { forgetSecrets, readServerConfig } from '@rack-gateway/config'
import { createLog, startGateway } from '@rack-gateway/gateway'
import { collectedMemory } from '../processes/collected-memory.ts'
import { announce } from './announce.ts'

const config = readServerConfig(process.env)
forgetSecrets(process.env)
const gateway = await startGateway(config, createLog(config.logLevel))
announce({
  url: gateway.url,
  close: () => gateway.stop(),
  response: async (question) => ('memory' in question ? collectedMemory() : {}),
})
