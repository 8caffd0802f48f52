import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ObserveMode, readServerConfig, ServerEnvironment } from '@rack-gateway/config'
import { createDemoRack, type DemoRack } from '@rack-gateway/demo-rack'
import { type RunningGateway, startGateway, type WebConsoleSource } from '@rack-gateway/gateway'
import type { FastifyBaseLogger } from 'fastify'
import { removeDemoFile, writeDemoFile } from './demo-file.ts'
import { type ExamplePackages, prepareExamplePackages } from './example-packages.ts'
import { freePort } from './free-port.ts'
import { type DemoIdentityProvider, demoUsers, startDemoIdentityProvider } from './identity-provider/index.ts'
import { chooseIdentityProviderPort, storeIdentityProviderPort } from './identity-provider-port.ts'
import { type DemoTokens, seed } from './seed.ts'

export interface DemoOptions {
  /** 0: any free port. */
  readonly port: number
  /** The directory that keeps the database and the secret key, so that tokens stay valid after a restart. */
  readonly dataDir: string
  /** `RACK_URL_<NAME>` and `RACK_TOKEN_<NAME>` replace the demo racks. See `forwardedSettings` for other variables. */
  readonly env: NodeJS.ProcessEnv
  readonly log: FastifyBaseLogger
  /** `examples`: the packages of `examples/`. */
  readonly policyPackages?: 'none' | 'examples'
  /** Default: the built web console. */
  readonly webConsole?: WebConsoleSource | undefined
}

export interface Demo {
  readonly publicUrl: string
  readonly gateway: RunningGateway
  readonly racks: Readonly<Record<string, { readonly url: string; readonly token: string }>>
  /** Empty if `DemoOptions.env` names racks. */
  readonly demoRacks: Readonly<Record<string, DemoRack>>
  readonly tokens: DemoTokens
  readonly identityProvider: DemoIdentityProvider
  /** Null if the policy is enforced on all racks. */
  readonly observing: ObserveMode | null
  /** Null without the packages of `examples/`. */
  readonly examplePackages: ExamplePackages | null
  stop(): Promise<void>
}

const demoRackNames = ['staging', 'production']

/** The whole system on loopback: PostgreSQL, racks, and the gateway started exactly as in production. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { port, dataDir, env, log, policyPackages = 'none', webConsole } = options
  const directory = resolve(dataDir)
  const ignored = ignoredSettings(env)
  if (ignored.length > 0)
    log.warn({ event: 'demo.settings_ignored', settings: ignored }, 'the demo does not use these settings')
  const rackVariables = racksOfEnvironment(env)
  const demoRacks = Object.keys(rackVariables).length > 0 ? {} : await startDemoRacks()
  // The identity provider needs the gateway's address before the gateway listens.
  const gatewayPort = port === 0 ? await freePort() : port
  // Not 127.0.0.1, because the stock CLI in console mode, browsers, and cookies need a host name.
  const publicUrl = `http://localhost:${gatewayPort}`
  const identityProvider = await startDemoIdentityProvider({
    gatewayUrl: publicUrl,
    port: await chooseIdentityProviderPort(directory),
  })
  const stopPeers = () =>
    Promise.all([identityProvider.close(), ...Object.values(demoRacks).map((rack) => rack.close())])
  try {
    const variables = Object.keys(rackVariables).length > 0 ? rackVariables : variablesOf(demoRacks)
    const key = await loadOrCreateSecretKey(directory)
    const recordings = join(directory, 'recordings')
    await mkdir(recordings, { recursive: true })
    const config = readServerConfig({
      ...variables,
      APP_SECRET_KEY: key,
      DATA_DIR: join(directory, 'postgres'),
      RECORDINGS: recordings,
      PORT: String(gatewayPort),
      HOST: '127.0.0.1',
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: identityProvider.issuer,
      OIDC_CLIENT_ID: identityProvider.clientId,
      OIDC_CLIENT_SECRET: identityProvider.clientSecret,
      OIDC_GROUPS_CLAIM: 'groups',
      ALLOWED_DOMAINS: 'example.com',
      ADMIN_USERS: 'admin@example.com',
      ...forwardedSettings(env),
    })
    const racks = Object.fromEntries(
      config.racks.map(({ name, url, token }) => [name, { url: url.origin, token: token.reveal() }]),
    )
    const examplePackages =
      policyPackages === 'examples'
        ? await prepareExamplePackages(join(directory, 'policies'), Object.keys(racks))
        : null
    const gateway = await startGateway(
      { ...config, policyPackages: [...(examplePackages?.entries ?? []), ...config.policyPackages] },
      log,
      webConsole,
    )
    const tokens = await seed(gateway, config, {
      racks: Object.keys(racks),
      loginIssuer: identityProvider.issuer,
    }).catch(async (error: unknown) => {
      await gateway.stop()
      throw error
    })
    await storeIdentityProviderPort(directory, identityProvider.issuer)
    await writeDemoFile(directory, {
      gateway: publicUrl,
      database: gateway.databaseOwnerUrl,
      events: 'audit.events',
      racks,
      tokens,
      identityProvider: {
        issuer: identityProvider.issuer,
        clientId: identityProvider.clientId,
        clientSecret: identityProvider.clientSecret,
        users: Object.fromEntries(demoUsers.map(({ id, email }) => [id, email])),
      },
    })
    return {
      publicUrl,
      gateway,
      racks,
      demoRacks,
      tokens,
      identityProvider,
      observing: config.observing !== null && config.observing.until > Date.now() ? config.observing : null,
      examplePackages,
      async stop() {
        await removeDemoFile(directory)
        await gateway.stop()
        await stopPeers()
      },
    }
  } catch (error) {
    await stopPeers()
    throw error
  }
}

function racksOfEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const variables = Object.entries(env).filter(([name]) => /^RACK_(URL|TOKEN|TLS_INSECURE)_/.test(name))
  return Object.fromEntries(variables.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

async function startDemoRacks(): Promise<Record<string, DemoRack>> {
  const racks: Record<string, DemoRack> = {}
  for (const name of demoRackNames) {
    const rack = createDemoRack({ name, token: `demo-rack-password-of-${name}` })
    await rack.listen(0)
    racks[name] = rack
  }
  return racks
}

function variablesOf(racks: Readonly<Record<string, DemoRack>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(racks).flatMap(([name, { url, token }]) => [
      [`RACK_URL_${name.toUpperCase()}`, url],
      [`RACK_TOKEN_${name.toUpperCase()}`, token],
    ]),
  )
}

/** The key is stored (mode 0600), so that tokens stay valid after a restart. */
async function loadOrCreateSecretKey(directory: string): Promise<string> {
  const path = join(directory, 'secret-key')
  await mkdir(directory, { recursive: true })
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const key = randomBytes(48).toString('base64')
  await writeFile(path, `${key}\n`, { mode: 0o600, flag: 'wx' })
  await chmod(path, 0o600)
  return key
}

/** The gateway settings that the demo forwards, in addition to the racks. */
const forwardedNames = ['POLICY_FILE', 'POLICY_MODE', 'POLICY_OBSERVE_UNTIL', 'POLICY_PACKAGES'] as const
/** `POLICY_MODE_<NAME>` of one rack. */
const rackModePrefix = 'POLICY_MODE_'

/** Names that are often set for other programs, so the demo does not warn about them. */
const commonNames: ReadonlySet<string> = new Set(['HOST', 'PORT'])

function forwardedSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = [...forwardedNames, ...Object.keys(env).filter((name) => name.startsWith(rackModePrefix))]
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

function ignoredSettings(env: NodeJS.ProcessEnv): string[] {
  const used: ReadonlySet<string> = new Set(forwardedNames)
  return Object.keys(ServerEnvironment.properties).filter(
    (name) => env[name] !== undefined && !used.has(name) && !commonNames.has(name),
  )
}
