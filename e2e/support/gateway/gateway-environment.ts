import type { System } from './system.ts'

/** The environment of a gateway that shares a system's database and key, on any free port, with one rack named staging. */
export function gatewayEnvironment(
  { database, secretKey }: System,
  rack: { readonly url: string; readonly token: string },
): Record<string, string> {
  return {
    RACK_URL_STAGING: rack.url,
    RACK_TOKEN_STAGING: rack.token,
    APP_SECRET_KEY: secretKey,
    DATABASE_URL: database.runtimeUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    HOST: '127.0.0.1',
    PORT: '0',
  }
}
