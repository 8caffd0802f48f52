import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import type { LetsEncryptConfig } from '../state/rack.ts'
import { storeBytes } from '../state/stored-bytes.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

export function getLetsEncryptConfig({ rack }: Call): RackResponse {
  return json(rack.letsEncrypt)
}

/** Reads JSON with any content type, because the CLI sends `application/octet-stream`. */
export async function setLetsEncryptConfig({ rack, body }: Call): Promise<RackResponse> {
  rack.letsEncrypt = parseConfig((await storeBytes(body)).bytes.toString('utf8'))
  return ok()
}

function parseConfig(text: string): LetsEncryptConfig {
  try {
    const { role, solvers }: Partial<LetsEncryptConfig> = JSON.parse(text)
    if (Array.isArray(solvers)) return { role: typeof role === 'string' ? role : '', solvers }
  } catch {
    // The error below also applies to invalid JSON.
  }
  throw new RackError(400, 'the configuration is not a JSON object with solvers')
}
