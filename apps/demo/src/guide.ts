import type { ObserveMode } from '@rack-gateway/config'
import type { Demo } from './demo.ts'
import type { ExamplePackages } from './example-packages.ts'

/** The text that the demo prints when it is ready. */
export function guide({ publicUrl, racks, tokens, observing, examplePackages }: Demo, demoFile: string): string {
  const rack = Object.keys(racks).includes('staging') ? 'staging' : (Object.keys(racks)[0] ?? '')
  const rackUrl = (token: string) => `${publicUrl.replace('://', `://convox:${token}@`)}/rack/${rack}`
  return `
  Rack Gateway is ready at ${publicUrl}, with the racks ${Object.keys(racks).join(' and ')}.
${observing === null ? '' : observeNote(observing)}  Paste these into another terminal:

  # a viewer can list apps, but not delete one (no convox needed)
  curl -u convox:${tokens.viewer} ${publicUrl}/rack/${rack}/apps
  curl -u convox:${tokens.viewer} -X DELETE ${publicUrl}/rack/${rack}/apps/myapp

  # the native convox, as a viewer, who can look but not run commands
  export RACK_URL=${rackUrl(tokens.viewer)}
  convox apps

  # ... and as a deployer, who can run what the command rules allow
  export RACK_URL=${rackUrl(tokens.deployer)}
  convox run command "rake stripe:prepare" -a myapp

  # ... and with every rack by name, as the viewer again (X_DEV_ALLOW_HTTP: convox uses https otherwise)
  unset RACK_URL; export X_DEV_ALLOW_HTTP=true
  convox login ${new URL(publicUrl).host} -t ${tokens.viewer}
  convox racks
  convox apps -r ${rack}

  # the rack-gateway command around it (set CONVOX_BIN if convox is not on the PATH)
  RACK_GATEWAY_URL=${publicUrl} RACK_GATEWAY_TOKEN=${tokens.deployer} npx -y pnpm@12.4.2 rack-gateway --rack ${rack} ps -a myapp

  # log in with a browser as a person of your choice; then log in the rack-gateway command the same way
  ${publicUrl}/gateway/
  npx -y pnpm@12.4.2 rack-gateway login ${rack} ${publicUrl}

${examplePackages === null ? '' : packagesGuide(`${publicUrl}/rack/${rack}`, publicUrl, tokens, examplePackages)}  # what was recorded
  RACK_GATEWAY_URL=${publicUrl} RACK_GATEWAY_TOKEN=${tokens.auditor} npx -y pnpm@12.4.2 rack-gateway audit search

  Everything above, and tokens for every role, is in ${demoFile} while this runs. Ctrl-C stops it; the data stays.
  The gateway's log follows.
`
}

function observeNote({ racks, until }: ObserveMode): string {
  const [subject, verb] = racks.length === 1 ? ['rack', 'is'] : ['racks', 'are']
  return `  The ${subject} ${racks.join(' and ')} ${verb} in observe mode until ${new Date(until).toISOString()}: most calls that the policy denies are allowed and recorded.
`
}

function packagesGuide(
  rackUrl: string,
  url: string,
  { deployer, admin }: Demo['tokens'],
  { frozenRack, ownedApp }: ExamplePackages,
): string {
  return `  # policy packages: ${frozenRack} is frozen, until an administrator overrides the freeze
  curl -u convox:${deployer} -X POST ${url}/rack/${frozenRack}/apps/myapp/builds
  curl -u convox:${admin} -H 'Content-Type: application/json' -d '{"rack": "${frozenRack}", "reason": "trying the demo"}' ${url}/gateway/packages/deploy-freeze/override
  curl -u convox:${admin} -X POST ${url}/rack/${frozenRack}/apps/myapp/builds

  # ... and only its team changes ${ownedApp}
  curl -u convox:${deployer} -X POST ${rackUrl}/apps/${ownedApp}/services/web/restart

`
}
